"""Curves of PSNR over time as an SVG picture that stands alone, for docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from time_side import Side

from inrkit.report.page.charts import HEIGHT, Axes, Line, drawing
from inrkit.report.page.html import tag

WIDTH, LEGEND, ROW = 560, 190, 17
"""Of the chart, of the names beside it, and of the height of one, in units of the picture."""

COLOURS = (
    "#999",
    "#555",
    "#d62728",
    "#1f77b4",
    "#2ca02c",
    "#9467bd",
    "#ff7f0e",
    "#8c564b",
    "#e377c2",
    "#17becf",
    "#bcbd22",
    "#000",
)

STYLE = (
    "text{font:11px sans-serif;fill:#444}.grid{stroke:#ddd}"
    ".line{fill:none;stroke-width:1.8}.level{stroke-dasharray:5 4}"
)


def picture(runs: Mapping[Side, list[dict[str, Any]]], floors: Mapping[str, Any]) -> str:
    """The curve of each side's first seed, between the two floors."""
    lines = [
        Line("static frame", [(0.0, floors["static"]["train"])], "level"),
        Line(f"PCA, {floors['components']} components", [(0.0, floors["pca"]["train"])], "level"),
        *(
            Line(side.title.replace("`", ""), [tuple(point) for point in found[0]["curve"]])
            for side, found in runs.items()
        ),
    ]
    axes = Axes("seconds of training", "PSNR of training clips, dB", width=WIDTH)
    colours = "".join(f".c{i}{{stroke:{COLOURS[i % len(COLOURS)]}}}" for i in range(len(lines)))
    drawn = tag(
        "svg",
        tag("style", STYLE + colours),
        tag("rect", width="100%", height="100%", fill="#fff"),
        *drawing(axes, lines),
        *(part for row, line in enumerate(lines) for part in _named(row, line)),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH + LEGEND} {HEIGHT}",
    )
    return f"{drawn}\n"


def _named(row: int, line: Line) -> list[str]:
    y = 30 + ROW * row
    kind = "level" if line.kind == "level" else "line"
    return [
        tag("line", class_=f"{kind} c{row}", x1=WIDTH, x2=WIDTH + 22, y1=y, y2=y),
        tag("text", line.name, x=WIDTH + 28, y=y + 4),
    ]
