"""Curves of what `inrkit train --eval-every` measured: whole clips, now and then during the training."""

from __future__ import annotations

from typing import Any

from inrkit.report.page.charts import Axes, Line, chart
from inrkit.report.page.html import Html
from inrkit.report.page.parts import figure
from inrkit.report.page.series import series

SIDES = ("training", "held-out")
LEVELS = {"psnr": "static-floor", "temporal": "temporal-still"}
"""Metric to what a still picture has: it does not change, and is a level in the same chart."""

CURVES = 12
"""Metrics, at most."""


def while_training(records: list[dict[str, Any]]) -> list[Html]:
    """A chart for each metric, a line for each side."""
    sides = {side: [_flat(record, side) for record in records] for side in SIDES}
    names = dict.fromkeys(name for flat in sides.values() for record in flat for name in record)
    shown = [name for name in names if name not in ("step", *LEVELS.values())][:CURVES]
    charts = (_chart(name, sides) for name in shown)
    return [each for each in charts if each is not None]


def _flat(record: dict[str, Any], side: str) -> dict[str, Any]:
    scores = record.get(side)
    return (scores if isinstance(scores, dict) else {}) | {"step": record["step"]}


def _chart(name: str, sides: dict[str, list[dict[str, Any]]]) -> Html | None:
    lines = [Line(f"{side} clips", series(flat, name)) for side, flat in sides.items()]
    says = [_from_to(line) for line in lines if line.points]
    if name in LEVELS:
        stills = {side: series(flat, LEVELS[name])[-1:] for side, flat in sides.items()}
        lines += [Line(f"a still picture, {side}", still, "level") for side, still in stills.items()]
    return chart(f"{name} of whole clips", Axes("step", "", steps=(1, 0)), lines, " ".join(says))


def _from_to(line: Line) -> str:
    (first, begin), (last, end) = line.points[0], line.points[-1]
    return f"{line.name}: {figure(begin)} at step {first:,.0f}, {figure(end)} at step {last:,.0f}.".capitalize()
