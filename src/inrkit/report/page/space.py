"""The section with the map of the latents."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor

from inrkit.engine.comparison import smaller
from inrkit.engine.data import spread
from inrkit.interfaces.pixels import to_uint8
from inrkit.report.page.drawn import has_space
from inrkit.report.page.html import Html, joined, tag
from inrkit.report.page.latent_map import SHADES, THUMB, chosen, draw_map, places
from inrkit.report.page.parts import clips_in_words, decibels, lead, scrolling, section
from inrkit.report.page.pictures import shown_size, still
from inrkit.report.page.projection import project
from inrkit.report.page.scores import Scores
from inrkit.report.page.subject import Subject

PICTURES = 60


def space(subject: Subject, scores: Scores | None, most: int) -> Html | None:
    """A dot for each of at most `most` clips; None where the latents are no space, or of a single clip."""
    if not has_space(subject):
        return None
    rows = scores.rows if scores else spread(range(len(subject.names)), most)
    found = project(subject.latents(rows))
    where = places(found.points)
    with_picture = chosen(where, PICTURES)
    frames = _middle_frames(subject, [rows[index] for index in with_picture])
    pictures = {
        index: (still(frame), frame.shape[0], frame.shape[1]) for index, frame in zip(with_picture, frames, strict=True)
    }
    first, second = (f"{100 * share:.0f}\u00a0%" for share in found.explained)
    says = f"{clips_in_words(len(rows))} by the two directions in which their latents differ most"
    about = lead(
        f"{says} (principal components, {first} across and {second} up of the variance; what lies in the other "
        "directions is not seen here). Pictures are middle frames of reconstructions, where there is room."
    )
    values = scores.psnr.tolist() if scores else None
    drawn = draw_map(where, [subject.names[row] for row in rows], values, pictures, f"Map of {says}")
    return section("map", "Map of the latents", about, scrolling(drawn, "Map of the latents"), _legend(scores))


def _middle_frames(subject: Subject, rows: list[int]) -> list[Tensor]:
    """uint8 (h, w, 3) of each reconstruction."""
    shape = subject.run.config.data.clip_shape
    frames: list[Tensor] = []
    for group in subject.groups(rows):
        latents = subject.latents(group)
        (piece,) = subject.model.stream(latents, shape, torch.tensor([shape[0] // 2]))
        frames += [smaller(shown_size(video)[0], 2 * THUMB) for video in to_uint8(piece).cpu()]
    return frames


def _legend(scores: Scores | None) -> Html | None:
    if scores is None:
        return None
    ordered = scores.psnr.sort().values
    edges = [float(ordered[round(share * (len(ordered) - 1) / SHADES)]) for share in range(SHADES + 1)]
    items = (
        tag("li", tag("span", class_=f"swatch dots q{shade}"), f"{decibels(low)} to {decibels(high)}")
        for shade, (low, high) in enumerate(pairwise(edges))
    )
    return tag("ul", joined(items), class_="legend")
