"""Training clips beside what the run makes of them, from the worst to the best."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from inrkit.engine.data import spread
from inrkit.report.page.charts import Axes, Line, chart
from inrkit.report.page.html import Html, tag
from inrkit.report.page.parts import clips_in_words, decibels, details, grid, lead, section, table
from inrkit.report.page.pictures import Pictures, shown_size
from inrkit.report.page.scores import Scores, worst_to_best
from inrkit.report.page.subject import Subject

STRONGER = 4
"""How many times as large as it is the error is shown."""

FEW, BINS = 10, 24
"""Clips of which it is shown how many are how far above their floor, at least; groups into which they fall, at most."""

WIDE = 560
"""Of charts of which two are in a row."""


def reconstructions(subject: Subject, scores: Scores | None, count: int, pictures: Pictures) -> Html | None:
    """Pictures of `count` clips, a figure for each that was measured; None if there is no latent."""
    if not subject.model.latents:
        return None
    if scores is None:
        return _results_alone(subject, count, pictures)
    shown = worst_to_best(scores, count)
    figures = [_compared(subject, scores, place, pictures) for place in shown]
    some = _how_many(len(shown), len(scores.rows)).capitalize()
    about = lead(
        f"{some} from the worst to the best: truth, reconstruction, and how far they are apart, {STRONGER} times as "
        "bright as it is. The static floor is the PSNR of the clip's mean frame held still: what no motion scores."
    )
    charts = grid([each for each in (_ranked(scores), _gains(scores)) if each], "charts two")
    return section(
        "reconstructions", "Reconstructions", about, charts, grid(figures, "triples"), _every(subject, scores)
    )


def _how_many(shown: int, measured: int) -> str:
    return f"all {clips_in_words(shown)}" if shown == measured else f"{shown} of {measured:,} clips"


def _compared(subject: Subject, scores: Scores, place: int, pictures: Pictures) -> Html:
    row = scores.rows[place]
    truths = subject.truths([row])
    assert truths is not None  # or nothing would have been measured
    result = subject.videos(subject.latents([row]))[0]
    name, score, floor = subject.names[row], float(scores.psnr[place]), float(scores.floor[place])
    strip = torch.cat([shown_size(each) for each in (truths[0], result, error(truths[0], result))], 2)
    alt = f"{name}: truth, reconstruction and error side by side, {decibels(score)}"
    heads = tag("p", *(tag("span", word) for word in ("truth", "result", f"error ×{STRONGER}")), class_="heads three")
    gain = float(scores.gain[place])
    caption = tag(
        "figcaption",
        tag("span", name, class_="name"),
        tag("strong", decibels(score)),
        tag(
            "span",
            f"floor {decibels(floor)}, ",
            tag("span", decibels(gain, signed=True), class_="down" if gain < 0 else "up"),
            class_="aside",
        ),
    )
    return tag("figure", heads, pictures.moving(strip, subject.run.config.data.fps, alt, 3), caption)


def error(truth: Tensor, result: Tensor) -> Tensor:
    """uint8 (T, H, W, 3): how far two videos are apart in each pixel, grey, a few times as bright as it is."""
    apart = (truth.int() - result.int()).abs().float().mean(-1, keepdim=True) * STRONGER
    return apart.clamp(max=255).round().to(torch.uint8).expand_as(truth)


def _results_alone(subject: Subject, count: int, pictures: Pictures) -> Html:
    rows = spread(range(len(subject.names)), count)
    figures = []
    for row in rows:
        video = shown_size(subject.videos(subject.latents([row]))[0])
        name = subject.names[row]
        moving = pictures.moving(video, subject.run.config.data.fps, f"Reconstruction of {name}")
        figures.append(tag("figure", moving, tag("figcaption", tag("span", name, class_="name"))))
    about = lead(
        f"What the run makes of {_how_many(len(rows), len(subject.names))}. The clips themselves are not at hand "
        f"({subject.gone}), so nothing can be measured here."
    )
    return section("reconstructions", "Reconstructions", about, grid(figures, "singles"))


def _ranked(scores: Scores) -> Html | None:
    order = scores.order
    lines = [
        Line("reconstruction", [(rank, float(scores.psnr[place])) for rank, place in enumerate(order, 1)]),
        Line("static floor", [(rank, float(scores.floor[place])) for rank, place in enumerate(order, 1)], "dots"),
    ]
    below = int((scores.gain < 0).sum())
    says = f"{below} of {clips_in_words(len(order))} {'is' if below == 1 else 'are'} below the static floor."
    return chart("PSNR of each clip", Axes("clip, worst to best", "dB", width=WIDE, steps=(1, 0)), lines, says)


def _gains(scores: Scores) -> Html | None:
    """How many clips are how far above their floor, as steps."""
    gains = scores.gain
    low, high = float(gains.min()), float(gains.max())
    if len(gains) < FEW or not (math.isfinite(low) and math.isfinite(high)) or high - low < 1e-6:
        return None
    bins = min(BINS, len(gains) // 2)
    counts = torch.histc(gains, bins, low, high).tolist()
    width = (high - low) / bins
    steps = [(low + width * (index + side), count) for index, count in enumerate(counts) for side in (0, 1)]
    middle = float(gains.median())
    word = "below" if middle < 0 else "above"
    says = f"The clip in the middle is {decibels(abs(middle))} {word} its floor."
    return chart(
        "Above the static floor",
        Axes("dB above", "clips", width=WIDE, steps=(0, 1)),
        [Line("clips", [(low, 0), *steps, (high, 0)])],
        says,
    )


def _every(subject: Subject, scores: Scores) -> Html:
    rows = [
        (
            subject.names[scores.rows[place]],
            decibels(float(scores.psnr[place])),
            decibels(float(scores.floor[place])),
            decibels(float(scores.gain[place]), signed=True),
        )
        for place in scores.order
    ]
    heads = ("clip", "PSNR", "static floor", "above it")
    caption = f"{clips_in_words(len(rows))}, the worst first"
    return details(f"Every figure: {caption}", table(caption, heads, rows))
