"""Charts as SVG: drawn by us, so that they follow the colours of the page and need no script."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from inrkit.report.page.html import Html, joined, tag
from inrkit.report.page.parts import figure

HEIGHT = 240
LEFT, RIGHT, TOP, BOTTOM = 46, 12, 26, 36
"""Margins, in which the axes are named."""

TICKS, MOST_TICKS = 4, 5
"""Values that are named along an axis: about so many, and of a logarithm at most."""

MOST = 400
"""Points of a line."""


@dataclass
class Line:
    """Points joined by a line, or left as dots, or one level across the chart, or marks along it.

    Attributes:
        name: For the legend.
        points: (x, y), in order.
        kind: "line", "dots", "level" or "marks", of which only y, or only x, counts.
    """

    name: str
    points: list[tuple[float, float]]
    kind: str = "line"

    def __post_init__(self) -> None:
        finite = [point for point in self.points if all(map(math.isfinite, point))]
        self.points = [finite[index] for index in _some(len(finite), MOST)]


@dataclass
class Axes:
    """What the two directions mean.

    Attributes:
        log: Whether the height is a logarithm.
        width: Of the chart, in its own units.
        steps: What two values that are named differ by at least, across and up.
        x, y: The ranges, once :meth:`fit` knows the points.
    """

    across: str
    up: str
    log: bool = False
    width: int = 400
    steps: tuple[float, float] = (0, 0)
    x: tuple[float, float] = field(default=(0, 1), init=False)
    y: tuple[float, float] = field(default=(0, 1), init=False)

    def fit(self, points: Sequence[tuple[float, float]]) -> None:
        """Make room for `points`, of which there is at least one."""
        xs, ys = [x for x, _ in points], [self.height_of(y) for _, y in points]
        self.x, self.y = _wider(min(xs), max(xs), 0), _wider(min(ys), max(ys), 0.06)

    def height_of(self, value: float) -> float:
        """A value, or its logarithm."""
        return math.log10(max(value, 1e-12)) if self.log else value

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where a point is drawn."""
        across = (x - self.x[0]) / (self.x[1] - self.x[0])
        up = (self.height_of(y) - self.y[0]) / (self.y[1] - self.y[0])
        return LEFT + across * (self.width - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)


def chart(title: str, axes: Axes, lines: Sequence[Line], says: str) -> Html | None:
    """A figure with its caption; None if there is no point.

    Args:
        says: What there is to see, for those who do not see it; it is the caption as well.
    """
    lines = [line for line in lines if line.points]
    drawn = drawing(axes, lines)
    if not drawn:
        return None
    kind = "chart" if axes.width == Axes.width else "chart wide"
    picture = tag("svg", *drawn, viewBox=f"0 0 {axes.width} {HEIGHT}", role="img", aria_label=f"{title}: {says}")
    return tag("figure", tag("h3", title), picture, _legend(lines), tag("figcaption", says), class_=kind)


def drawing(axes: Axes, lines: Sequence[Line]) -> list[Html]:
    """What is in the picture, of the classes c0, c1, ... line by line; nothing if there is no point."""
    points = [point for line in lines for point in line.points if line.kind not in ("level", "marks")]
    if not points:
        return []
    axes.fit(points + [(points[0][0], y) for line in lines if line.kind == "level" for _, y in line.points])
    return [*_frame(axes), *(_drawn(line, axes, f"c{index}") for index, line in enumerate(lines))]


def _drawn(line: Line, axes: Axes, colour: str) -> Html:
    placed = [axes.place(*point) for point in line.points]
    if line.kind == "level":
        y = f"{placed[0][1]:.1f}"
        return tag("line", class_=f"level {colour}", x1=LEFT, x2=axes.width - RIGHT, y1=y, y2=y)
    if line.kind == "marks":
        xs = [f"{x:.1f}" for x, _ in placed]
        return tag("g", *(tag("line", x1=x, x2=x, y1=TOP, y2=HEIGHT - BOTTOM) for x in xs), class_="marks")
    if line.kind == "dots" or len(placed) == 1:
        dots = (tag("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r=1.8) for x, y in placed)
        return tag("g", *dots, class_=f"dots {colour}")
    return tag("polyline", class_=f"line {colour}", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in placed))


def _frame(axes: Axes) -> list[Html]:
    """Grid lines with their values, and the names of the axes."""
    parts = []
    for value in _decades(*axes.y) if axes.log else _ticks(*axes.y, axes.steps[1]):
        y = axes.place(axes.x[0], 10**value if axes.log else value)[1]
        parts.append(tag("line", class_="grid", x1=LEFT, x2=axes.width - RIGHT, y1=f"{y:.1f}", y2=f"{y:.1f}"))
        name = figure(10**value if axes.log else value)
        parts.append(tag("text", name, x=LEFT - 6, y=f"{y + 4:.1f}", text_anchor="end"))
    for value in _ticks(*axes.x, axes.steps[0]):
        x = axes.place(value, 1)[0]
        parts.append(tag("text", short(value), x=f"{x:.1f}", y=HEIGHT - BOTTOM + 16, text_anchor="middle"))
    parts.append(tag("text", axes.across, class_="name", x=axes.width - RIGHT, y=HEIGHT - 3, text_anchor="end"))
    parts.append(tag("text", axes.up, class_="name", x=2, y=12))
    return parts


def _legend(lines: Sequence[Line]) -> Html | None:
    if len(lines) < 2:
        return None
    items = (
        tag("li", tag("span", class_=f"swatch {line.kind} c{index}"), line.name) for index, line in enumerate(lines)
    )
    return tag("ul", joined(items), class_="legend")


def short(value: float) -> str:
    """`4k` for 4000."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.4g}{letter}".replace("-", "−")
    return f"{value:.4g}".replace("-", "−")


def _decades(low: float, high: float) -> list[float]:
    """Logarithms of powers of ten from `low` to `high`, and of twice and five times them where there are few."""
    exponents = range(math.floor(low), math.ceil(high) + 1)
    found = [power + math.log10(factor) for power in exponents for factor in (1, 2, 5)]
    fine = [value for value in found if low <= value <= high]
    return fine if len(fine) <= MOST_TICKS else [value for value in fine if value == int(value)]


def _ticks(low: float, high: float, least: float) -> list[float]:
    """Round values from `low` to `high`, at least `least` apart."""
    rough = max((high - low) / TICKS, least)
    size = 10 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [index * step for index in range(first, math.floor(high / step + 1e-9) + 1)]


def _wider(low: float, high: float, share: float) -> tuple[float, float]:
    """A range that is not empty, with a margin of `share` of it."""
    if high - low <= 1e-9 * max(1.0, abs(low), abs(high)):
        low, high = low - 0.5, high + 0.5
    room = share * (high - low)
    return low - room, high + room


def _some(count: int, most: int) -> list[int]:
    """At most `most` of the numbers below `count`, evenly, with the first and the last."""
    if count <= most:
        return list(range(count))
    return [round(index * (count - 1) / (most - 1)) for index in range(most)]
