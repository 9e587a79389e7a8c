"""The training curves of a run."""

from __future__ import annotations

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
    charts = [_psnr(records, scores), _loss(records), _rate(records)]
    clips = while_training(logged(subject.run.evaluations_file))
    shown = [*(each for each in charts if each is not None), *clips]
    if not shown:
        return None
    about = lead(
        "What was logged while training: of the pixels that each step drew, before it learned from them. "
        "The figures above are of whole clips",
        ", as are the last charts, of the few that --eval-every measured." if clips else ".",
    )
    return section("training", "Training", about, grid(shown, "charts"))


def _psnr(records: list[dict[str, Any]], scores: Scores | None) -> Html | None:
    points = series(records, "psnr")
    lines = [Line("training pixels", points)]
    if scores is not None:
        lines.append(Line("static floor", [(0, mean(scores.floor))], "level"))
    return chart("PSNR", Axes("step", "dB", steps=(1, 0)), lines, _from_to(points, decibels))


def _loss(records: list[dict[str, Any]]) -> Html | None:
    terms = sorted({key for record in records[:1] + records[-1:] for key in record if key.startswith("loss/")})
    points = series(records, "loss")
    lines = [Line("loss", points)]
    if len(terms) > 1:
        lines += [Line(term.removeprefix("loss/"), series(records, term)) for term in terms[:TERMS]]
    positive = all(y > 0 for line in lines for _, y in line.points)
    return chart(
        "Loss",
        Axes("step", "log scale" if positive else "", log=positive, steps=(1, 0)),
        lines,
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
