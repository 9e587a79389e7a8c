"""The training curves of a run."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from inrkit.report.page.charts import Axes, Line, chart
from inrkit.report.page.html import Html
from inrkit.report.page.parts import decibels, figure, grid, lead, section
from inrkit.report.page.scores import Scores, mean
from inrkit.report.page.series import logged, series
from inrkit.report.page.subject import Subject
from inrkit.report.page.while_training import while_training

TERMS = 5
"""Terms of the loss that have a line each, at most."""


def curves(subject: Subject, scores: Scores | None) -> Html | None:
    """PSNR, loss and learning rate over steps, and what was evaluated meanwhile; None if nothing was logged."""
    records = logged(subject.run.metrics_file)
    grown = _grown(records)
    marks = Line("more clips", [(step, 0) for step, _ in grown[1:]], "marks")
    charts = [_psnr(records, scores, marks), _loss(records, marks), _rate(records)]
    clips = while_training(logged(subject.run.evaluations_file))
    shown = [*(each for each in charts if each is not None), *clips]
    if not shown:
        return None
    about = lead(
        "What was logged while training: of the pixels that each step drew, before it learned from them. "
        "The figures above are of whole clips",
        ", as are the last charts, of the few that --eval-every measured." if clips else ".",
        _stages(grown),
    )
    return section("training", "Training", about, grid(shown, "charts"))


def _grown(records: list[dict[str, Any]]) -> list[tuple[float, float]]:
    """After how many steps a progressive training went on with how many clips."""
    logged = [(0.0, 0.0), *series(records, "clips")]
    return [(step, clips) for (step, before), (_, clips) in pairwise(logged) if clips != before]


def _stages(grown: list[tuple[float, float]]) -> str:
    if len(grown) < 2:
        return ""
    more = ", ".join(f"from step {step + 1:,.0f} on {clips:,.0f}" for step, clips in grown[1:])
    return f" The training began on the first {grown[0][1]:,.0f} clips, {more}: new clips lower the PSNR for a while."


def _psnr(records: list[dict[str, Any]], scores: Scores | None, marks: Line) -> Html | None:
    points = series(records, "psnr")
    lines = [Line("training pixels", points)]
    if scores is not None:
        lines.append(Line("static floor", [(0, mean(scores.floor))], "level"))
    lines.append(marks)
    return chart("PSNR", Axes("step", "dB", steps=(1, 0)), lines, _from_to(points, decibels))


def _loss(records: list[dict[str, Any]], marks: Line) -> Html | None:
    terms = sorted({key for record in records[:1] + records[-1:] for key in record if key.startswith("loss/")})
    points = series(records, "loss")
    lines = [Line("loss", points)]
    if len(terms) > 1:
        lines += [Line(term.removeprefix("loss/"), series(records, term)) for term in terms[:TERMS]]
    positive = all(y > 0 for line in lines for _, y in line.points)
    return chart(
        "Loss",
        Axes("step", "log scale" if positive else "", log=positive, steps=(1, 0)),
        [*lines, marks],
        _from_to(points, figure),
    )


def _rate(records: list[dict[str, Any]]) -> Html | None:
    points = series(records, "lr")
    return chart(
        "Learning rate", Axes("step", "", steps=(1, 0)), [Line("learning rate", points)], _from_to(points, figure)
    )


def _from_to(points: list[tuple[float, float]], show: Any) -> str:
    if not points:
        return ""
    (first, begin), (last, end) = points[0], points[-1]
    return f"From {show(begin)} at step {first:,.0f} to {show(end)} at step {last:,.0f}."
