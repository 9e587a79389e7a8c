"""The top of the page: the figures that matter, and some of the run's videos playing."""

from __future__ import annotations

from typing import Any

import torch

from inrkit.engine.data import spread
from inrkit.report.mosaic import mosaic
from inrkit.report.page.html import Html, tag
from inrkit.report.page.parts import card, clips_in_words, decibels, notes
from inrkit.report.page.pictures import Pictures, shown_size
from inrkit.report.page.scores import Scores, mean
from inrkit.report.page.subject import Subject

COLUMNS, ROWS = 8, 2


def overview(subject: Subject, scores: Scores | None, pictures: Pictures) -> Html:
    """What the run is, how good it is, and what it looks like."""
    cards = [*_quality(subject, scores), *_size(subject)]
    return tag(
        "section",
        tag("h2", "Overview", id="overview-title"),
        tag("dl", *cards, class_="cards"),
        _banner(subject, pictures),
        notes(_notes(subject, scores)),
        id="overview",
        aria_labelledby="overview-title",
    )


def _quality(subject: Subject, scores: Scores | None) -> list[Html]:
    cards = []
    result = (subject.run.result or {}) if subject.newest else {}
    if scores is not None:
        below = f"PSNR, mean of {clips_in_words(len(scores.rows))}; the worst has {decibels(float(scores.psnr.min()))}"
        cards.append(card("Reconstruction", decibels(mean(scores.psnr)), below))
        cards.append(_above("Above a still picture", mean(scores.psnr), mean(scores.floor)))
    elif "train" in result:
        train = result["train"]
        below = f"PSNR, mean of {clips_in_words(train['clips'])}, measured when it was trained"
        cards.append(card("Reconstruction", decibels(train["psnr"]), below))
        cards.append(_above("Above a still picture", train["psnr"], train["static_floor"]))
    if "held_out" in result:
        held = result["held_out"]
        cards.append(_held_out(held))
    return cards


def _above(label: str, score: float, floor: float) -> Html:
    return card(
        label, decibels(score - floor, signed=True), f"the static floor is {decibels(floor)}", bad=score < floor
    )


def _held_out(held: dict[str, Any]) -> Html:
    gain = held["psnr"] - held["static_floor"]
    word = "below" if gain < 0 else "above"
    below = f"PSNR, mean of {clips_in_words(held['clips'])}; {decibels(abs(gain))} {word} a still picture"
    return card("Held out", decibels(held["psnr"]), below, bad=gain < 0)


def _size(subject: Subject) -> list[Html]:
    facts = subject.facts
    frames, height, width = facts["clip_shape"]
    cards = [card("Training clips", f"{facts['clips']:,}", f"{frames} frames of {height}×{width}")]
    if facts["parameters"] is not None:
        cards.append(
            card("Parameters", f"{facts['parameters']:,}", f"and {facts['numbers_per_video']:,} for each video")
        )
    seconds = facts["seconds"]
    below = f"{seconds:,.0f} s of training" if seconds and subject.newest else None
    return [*cards, card("Steps", f"{subject.step:,}", below)]


def _banner(subject: Subject, pictures: Pictures) -> Html | None:
    """Reconstructions side by side, playing."""
    if not subject.model.latents:
        return None
    count = len(subject.names)
    columns = min(COLUMNS, count)
    rows = spread(range(count), columns * min(ROWS, count // columns))
    videos = torch.stack([shown_size(video) for video in subject.videos(subject.latents(rows))])
    alt = f"{len(rows)} reconstructed training clips, playing side by side"
    moving = pictures.moving(mosaic(videos, columns), subject.run.config.data.fps, alt, columns)
    return tag("figure", moving, tag("figcaption", alt + "."), class_="banner")


def _notes(subject: Subject, scores: Scores | None) -> list[str]:
    lines = []
    if subject.gone:
        lines.append(f"The training clips are not at hand: {subject.gone}. So there is no truth to compare with.")
    if not subject.model.latents:
        lines.append("The checkpoint has no latents of its training clips, so no video of it is shown.")
    if not subject.newest:
        lines.append("This is not the run's last checkpoint.")
    elif not subject.facts["finished"] and not subject.gone:
        lines.append("The run is not finished: what was measured is its newest checkpoint.")
    if scores is not None and len(scores.rows) < len(subject.names):
        lines.append(f"Measured are {len(scores.rows):,} of {len(subject.names):,} clips, spread evenly over all.")
    return [*lines, *subject.run.config.data.notes]
