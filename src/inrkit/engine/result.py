"""What a task makes of one video: the options that are settled for it, the size and the rate of its result."""

from __future__ import annotations

import torch
from torch import Tensor

from inrkit.engine.footage import Footage
from inrkit.engine.hidden import hide
from inrkit.engine.job import Job
from inrkit.errors import BadInput, PluginError
from inrkit.model import VideoModel

MOST_IN_FRAME = 2**25
"""Pixels of a frame: 8K has 33 million, and H.264 knows no frames of more than 36."""


def settle(job: Job, video: Footage) -> None:
    """Ask the task all that it says of one video, and keep it there.

    Raises:
        BadInput: It refuses, or nothing can be shown between frames.
        PluginError: Its answer makes no sense.
    """
    video.options = job.task.settle(job.clip_shape, video.place.pixels, job.options)
    own = job.settled(video.options)
    hide(own, video)
    video.factor, size = _asked(own, video)
    video.shown = video.place.of(size)
    if video.factor > 1:
        check_between(job.model)


def _asked(job: Job, video: Footage) -> tuple[int, tuple[int, int]]:
    """How many frames for each of the video's, and of what (height, width)."""
    count = len(video.positions)
    said = job.task.result((count, *video.place.source), job.options)
    frames, height, width = said
    if min(said) < 1 or frames % count:
        raise PluginError(
            f"{job.name} makes {said} of {count} frames, which is no whole multiple of them and a size",
            "Report this to the author of the task.",
        )
    if height * width > MOST_IN_FRAME:
        raise BadInput(
            f"frames of {height}x{width} have {height * width:,} pixels",
            f"A frame may have {MOST_IN_FRAME:,}, such as 7680x4320: ask for smaller ones.",
        )
    return frames // count, (height, width)


@torch.no_grad()
def check_between(model: VideoModel) -> None:
    """Refuse a network that knows whole frames of a clip alone.

    Raises:
        BadInput: It fails between two frames, or shows one of them there.
    """
    assert model.config is not None
    (count, *_), name = model.config.data.clip_shape, model.config.inr.name
    if count == 1:
        raise BadInput("clips of one frame have nothing between frames", "Use a run of longer clips.")
    try:
        first, between, second = _two_frames(model)
    except Exception as error:  # of an INR that was written by others
        raise BadInput(f"{name} shows nothing between the frames of a clip: {error}", ANOTHER) from error
    if not torch.equal(first, second) and (torch.equal(between, first) or torch.equal(between, second)):
        raise BadInput(f"{name} shows nothing between the frames of a clip, but one of them again", ANOTHER)


ANOTHER = "Use a run of another INR, or --direct --inr NAME."


def _two_frames(model: VideoModel) -> Tensor:
    """(3, H, W, 3): the first frame of some clip, what follows half a frame later, and the second."""
    assert model.config is not None
    count, height, width = model.config.data.clip_shape
    weights = {name: value[None] for name, value in model.inr.initial_weights().items()}
    if model.latents:
        weights = model.hypernetwork({name: value[:1] for name, value in model.latents.items()})
    frames = torch.cat(list(model.stream_weights(weights, (2 * count - 1, height, width), torch.arange(3))), 1)[0]
    if len(frames) != 3:
        raise ValueError(f"{len(frames)} frames instead of 3")
    return frames
