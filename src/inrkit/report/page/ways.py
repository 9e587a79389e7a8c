"""Latent interpolations: the way from one training clip to another, as videos side by side."""

from __future__ import annotations

import torch

from inrkit.engine.between import line
from inrkit.engine.data import spread
from inrkit.report.page.drawn import has_space
from inrkit.report.page.html import Html, tag
from inrkit.report.page.parts import grid, lead, section
from inrkit.report.page.pictures import Pictures, shown_size
from inrkit.report.page.subject import Subject

STEPS, WAYS = 6, 4


def ways(subject: Subject, pictures: Pictures) -> Html | None:
    """A few of them; None where the latents are no space, or of a single clip."""
    if not has_space(subject):
        return None
    figures = [_way(subject, *ends, pictures) for ends in pairs(len(subject.names))]
    about = lead(
        f"{STEPS} videos in equal steps along the great circle from the latent of one training clip to that of "
        "another, both ends included, playing together."
    )
    return section("interpolations", "Interpolations", about, grid(figures, "ways"))


def pairs(count: int) -> list[tuple[int, int]]:
    """Clips far apart in their order, for neighbours are often of one video."""
    some = spread(range(count), min(2 * WAYS, count - count % 2))
    half = len(some) // 2
    return list(zip(some[:half], some[half:], strict=True))


def _way(subject: Subject, first: int, last: int, pictures: Pictures) -> Html:
    ends = {name: values.cpu() for name, values in subject.latents([first, last]).items()}
    videos = subject.videos(line(ends, STEPS, "slerp"))
    strip = torch.cat([shown_size(video) for video in videos], 2)
    begin, end = subject.names[first], subject.names[last]
    alt = f"{STEPS} videos on the way from {begin} to {end}"
    moving = pictures.moving(strip, subject.run.config.data.fps, alt, STEPS)
    shares = (f"{100 * index / (STEPS - 1):.0f} %" for index in range(STEPS))
    scale = tag("p", *(tag("span", share) for share in shares), class_="heads six")
    names = tag("figcaption", tag("span", begin, class_="name"), tag("span", end, class_="name"))
    return tag("figure", moving, scale, names)
