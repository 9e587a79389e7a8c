"""Scores in tables: a row for each metric, a column for each set of videos or each answer."""

from __future__ import annotations

from collections.abc import Mapping

from inrkit.report.page.evaluation_file import Part, Score
from inrkit.report.page.html import Html, joined, tag
from inrkit.report.page.parts import DASH, table

Columns = Mapping[str, Mapping[str, Score]]


def score_table(caption: str, columns: Columns) -> Html | None:
    """Column to metric to score: the mean, and below it the interval; None if there is no score."""
    metrics = list(dict.fromkeys(metric for scores in columns.values() for metric in scores))
    rows = [(metric, *(_cell(scores.get(metric)) for scores in columns.values())) for metric in metrics]
    return table(caption, ("", *columns), rows) if rows else None


def sized(name: str, part: Part) -> str:
    """`slerp (2,048)`."""
    return name if part.clips is None else f"{name} ({part.clips:,})"


def _cell(score: Score | None) -> Html | str:
    if score is None:
        return DASH
    if score.low is None or score.high is None:
        return _figures(score.mean)[0]
    mean, low, high = _figures(score.mean, score.low, score.high)
    return joined([mean, tag("small", f"[{low}, {high}]")])


def _figures(*values: float) -> list[str]:
    """With as many digits as `inrkit evaluate` prints: two decimals of decibels, more of what is small."""
    largest = max(map(abs, values))
    style = ".2e" if largest >= 1e6 or 0 < largest < 1e-3 else ",.2f" if largest >= 2 else ".4f"
    return [format(value, style).replace("-", "−") for value in values]
