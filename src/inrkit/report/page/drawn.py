"""Videos that never existed, each beside the training video that it is most like."""

from __future__ import annotations

import torch

from inrkit.engine.draws import draw_latents, sampler_options
from inrkit.engine.nearest import nearest_clips
from inrkit.errors import InrkitError
from inrkit.report.page.html import Html, joined, tag
from inrkit.report.page.parts import decibels, grid, lead, section
from inrkit.report.page.pictures import Pictures, shown_size
from inrkit.report.page.subject import Subject

SAMPLERS = {
    "slerp": "Between training clips (slerp): points on the way from one training latent to another.",
    "gaussian": "From a bell curve (gaussian): latents of the mean and the spread of the training latents.",
}
"""Those that are shown, and what they are."""


def novel(subject: Subject, count: int, pictures: Pictures) -> Html | None:
    """`count` videos by each sampler; None where the latents are no space, or of a single clip."""
    if count == 0 or not has_space(subject):
        return None
    groups = []
    for name, about in SAMPLERS.items():
        try:
            groups.append(joined([tag("h3", about), _by(subject, name, count, pictures)]))
        except InrkitError as error:
            groups.append(joined([tag("h3", about), tag("p", f"Nothing is shown: {error.message}.")]))
    beside = "training clip" if subject.clips is not None else "reconstruction of the training clip"
    about = lead(
        f"Left what was drawn, right the {beside} that it is most like, and the PSNR between it and that clip's "
        "reconstruction. The higher the number, the more was only remembered. The most alike come first."
    )
    return section("novel", "Novel videos", about, *groups)


def has_space(subject: Subject) -> bool:
    """Whether a video lies between two others."""
    return bool(subject.model.latents) and subject.model.encoder.space and len(subject.names) > 1


def _by(subject: Subject, sampler: str, count: int, pictures: Pictures) -> Html | None:
    seed = subject.run.config.seed
    latents = draw_latents(sampler, sampler_options(sampler, {}), subject.model.latents, count, seed)
    found = []
    for index in range(count):
        video = subject.videos({name: values[index : index + 1] for name, values in latents.items()})
        ((clip, score),) = nearest_clips(subject.model, video, seed)
        found.append((score, clip, video[0]))
    found.sort(key=lambda each: -each[0])
    return grid((_pair(subject, *each, pictures) for each in found), "pairs")


def _pair(subject: Subject, score: float, clip: int, video: torch.Tensor, pictures: Pictures) -> Html:
    truths = subject.truths([clip])
    nearest = subject.videos(subject.latents([clip])) if truths is None else truths
    name = subject.names[clip]
    strip = torch.cat([shown_size(video), shown_size(nearest[0])], 2)
    alt = f"A novel video, and beside it {name}, the training clip nearest to it, {decibels(score)}"
    heads = tag("p", tag("span", "novel"), tag("span", "nearest"), class_="heads two")
    caption = tag("figcaption", tag("span", name, class_="name"), tag("strong", decibels(score)))
    return tag("figure", heads, pictures.moving(strip, subject.run.config.data.fps, alt, 2), caption)
