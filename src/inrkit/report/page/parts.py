"""What the sections of the page are made of: headings, notes, tables, figures, numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from inrkit.report.page.html import Html, joined, tag

DASH = "–"


def section(name: str, title: str, *children: Any) -> Html:
    """A part of the page with a heading, which the list of contents leads to."""
    return tag("section", tag("h2", title, id=f"{name}-title"), *children, id=name, aria_labelledby=f"{name}-title")


def lead(*words: Any) -> Html:
    """What a section shows, in a sentence or two."""
    return tag("p", *words, class_="lead")


def notes(lines: Iterable[str]) -> Html | None:
    """What the reader has to know to read the figures right."""
    items = [tag("li", line) for line in lines]
    return tag("ul", *items, class_="notes") if items else None


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[Any]], *, figures: bool = True) -> Html:
    """A table that scrolls by itself where the window is narrow. `figures`: all columns but the first are numbers."""
    kind = "figures" if figures else "facts"
    head = tag("thead", tag("tr", *(tag("th", name, scope="col") for name in heads))) if any(heads) else None
    body = tag("tbody", *(_row(row) for row in rows))
    return scrolling(tag("table", tag("caption", caption), head, body, class_=kind), caption)


def _row(cells: Sequence[Any]) -> Html:
    first, *others = cells
    return tag("tr", tag("th", first, scope="row"), *(tag("td", cell) for cell in others))


def scrolling(content: Html, label: str) -> Html:
    """Content that may be wider than the window, reachable with the keyboard."""
    return tag("div", content, class_="scroll", role="region", aria_label=label, tabindex="0")


def details(summary: Any, *children: Any) -> Html:
    """Closed until asked for."""
    return tag("details", tag("summary", summary), *children)


def grid(figures: Iterable[Html], kind: str) -> Html | None:
    """Figures side by side, as many as there is room for; None if there are none."""
    inner = joined(figures)
    return tag("div", inner, class_=f"grid {kind}") if inner else None


def card(label: str, number: Any, below: Any = None, *, bad: bool = False) -> Html:
    """A number that matters; `bad` where it is worse than the trivial answer, which `below` then says."""
    small = tag("span", below, class_="below") if below else None
    parts = (tag("dt", label), tag("dd", tag("span", number, class_="number"), small))
    return tag("div", *parts, class_="card bad" if bad else "card")


def decibels(value: float | None, *, signed: bool = False) -> str:
    """`31.25 dB`; of equal videos `∞ dB`."""
    if value is None or math.isnan(value):
        return DASH
    if math.isinf(value):
        return "∞ dB" if value > 0 else "−∞ dB"
    shown = f"{value:+.2f}" if signed else f"{value:.2f}"
    return shown.replace("-", "−") + " dB"


def figure(value: float | None) -> str:
    """A number of any size in four or five characters."""
    if value is None or not math.isfinite(value):
        return DASH
    size = abs(value)
    if size >= 1e6 or 0 < size < 1e-3:
        shown = f"{value:.2e}"
    else:
        shown = f"{value:,.0f}" if size >= 1000 else f"{value:.4g}"
    return shown.replace("-", "−")


def clips_in_words(count: int) -> str:
    """`1 clip`, `64 clips`."""
    return f"{count:,} clip{'' if count == 1 else 's'}"
