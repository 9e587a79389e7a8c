"""The map of the latents: a dot for each clip, and pictures where there is room for them."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from inrkit.report.page.html import Html, tag
from inrkit.report.page.parts import decibels

WIDTH, HEIGHT, MARGIN = 1000, 620, 40
"""The largest size of the map, and its edge, which has no middle of a picture."""

THUMB = 60
"""Pixels of the longer side of a picture on the map."""

CROWD = 300
"""More clips have smaller dots."""

SHADES = 5
"""Colours of the dots, from the worst fifth of the clips to the best."""


def places(points: Tensor) -> list[tuple[float, float]]:
    """Points (N, 2) on the map, with the same scale in both directions, from its left edge."""
    low, high = points.min(0).values, points.max(0).values
    spans = (high - low).clamp_min(1e-12).tolist()
    scale = min((WIDTH - 2 * MARGIN) / spans[0], (HEIGHT - 2 * MARGIN) / spans[1])
    moved = torch.stack([points[:, 0] - low[0], high[1] - points[:, 1]], 1) * scale + MARGIN
    return [(x, y) for x, y in moved.tolist()]


def chosen(where: Sequence[tuple[float, float]], most: int) -> list[int]:
    """Which clips have a picture: such that none covers another, the first ones first."""
    kept: list[int] = []
    for index, (x, y) in enumerate(where):
        apart = all(max(abs(x - where[k][0]), abs(y - where[k][1])) > THUMB * 1.08 for k in kept)
        if apart and len(kept) < most:
            kept.append(index)
    return kept


def shades(scores: Sequence[float]) -> list[int]:
    """For each score the fifth it belongs to, 0 the worst."""
    order = sorted(range(len(scores)), key=lambda index: scores[index])
    found = [0] * len(scores)
    for rank, index in enumerate(order):
        found[index] = rank * SHADES // len(scores)
    return found


def draw_map(
    where: Sequence[tuple[float, float]],
    names: Sequence[str],
    scores: Sequence[float] | None,
    pictures: dict[int, tuple[str, int, int]],
    says: str,
) -> Html:
    """The map as SVG.

    Args:
        where: Of each clip.
        scores: PSNR of each clip, if known: the colours.
        pictures: Clip to address, height and width of its picture.
        says: What is to be seen, for those who do not see it.
    """
    colours = [f"q{shade}" for shade in shades(scores)] if scores else ["c0"] * len(where)
    thumbs = [_thumb(where[index], names[index], *picture, colours[index]) for index, picture in pictures.items()]
    radius = 4 if len(where) <= CROWD else 2.5
    dots = []  # over the pictures, which would hide them
    for index, (x, y) in enumerate(where):
        if index in pictures:
            continue
        title = names[index] + (f", {decibels(scores[index])}" if scores else "")
        dots.append(tag("circle", tag("title", title), cx=f"{x:.1f}", cy=f"{y:.1f}", r=radius, class_=colours[index]))
    wide, high = (max(place[axis] for place in where) + MARGIN for axis in (0, 1))
    return tag("svg", *thumbs, *dots, viewBox=f"0 0 {wide:.0f} {high:.0f}", role="img", aria_label=says, class_="map")


def _thumb(where: tuple[float, float], name: str, source: str, height: int, width: int, colour: str) -> Html:
    scale = THUMB / max(height, width)
    high, wide = height * scale, width * scale
    box = {
        "x": f"{where[0] - wide / 2:.1f}",
        "y": f"{where[1] - high / 2:.1f}",
        "width": f"{wide:.1f}",
        "height": f"{high:.1f}",
    }
    picture = tag("image", href=source, **box)
    return tag("g", tag("title", name), picture, tag("rect", class_=f"edge {colour}", rx=3, **box))
