"""What a task hides of a video in the video's own pixels, as the run's clips show it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import torch
from torch import Tensor

from inrkit.engine.footage import Footage
from inrkit.engine.job import Job, in_windows
from inrkit.engine.pile import piled
from inrkit.errors import BadInput, PluginError
from inrkit.interfaces import Observation
from inrkit.video import open_frames

WHITE = 128
"""Mean of red, green and blue from which a pixel of a mask counts as white."""


def hide(job: Job, video: Footage) -> None:
    """Ask the task what it hides of `video`, and keep it there as clips show it.

    Raises:
        BadInput: The task refuses, its mask does not fit the video, or it leaves nothing to recover or nothing to see.
    """
    said = job.task.hidden((video.total, *video.place.source), job.options)
    if said is None:
        return
    video.hidden = piled(video.place.hides(picture).byte().numpy() for picture in _pictures(said, video, job.name))
    what = str(said) if isinstance(said, Path) else job.name
    if len(video.hidden) not in (1, video.total):
        raise BadInput(
            f"{what} has {_frames(len(video.hidden), video.total)}, {video.path} has {video.total}",
            "Give one picture for all of the video, or a mask of as many frames.",
        )
    _leaves_something(job, video, what)


def shown(job: Job, video: Footage, frames: Tensor) -> Tensor | None:
    """bool (n, h, w), what is seen of `frames`, (n,) int64, of a video at the run's rate; None: everything."""
    pattern = job.observation().mask
    mask = None if pattern is None else pattern.cpu()[frames % len(pattern)]
    if video.hidden is None:
        return mask
    seen = ~video.hidden[video.frame_of[frames] if len(video.hidden) > 1 else frames * 0].bool()
    return seen if mask is None else mask & seen


def seen_in(job: Job, windows: Sequence[tuple[Footage, int]]) -> Observation:
    """The observation of windows: each a video, and where among its windows it is."""
    observation = in_windows(job.observation(), [video.starts[window] for video, window in windows])
    if any(video.hidden is not None for video, _ in windows):
        masks = torch.stack([_window(job, video, video.starts[window]) for video, window in windows])
        alike = bool((masks == masks[0]).all())  # then drawing pixels is quicker
        observation.mask = (masks[0] if alike else masks).to(job.model.device)
    return observation


def _window(job: Job, video: Footage, start: int) -> Tensor:
    mask = shown(job, video, torch.arange(start, start + video.length))
    return torch.ones(job.clip_shape, dtype=torch.bool) if mask is None else mask


def _pictures(said: Tensor | Path, video: Footage, name: str) -> Iterator[Tensor]:
    """bool (H, W), True where hidden: one for all frames, or one for each."""
    if isinstance(said, Tensor):
        if said.dtype != torch.bool or tuple(said.shape) != video.place.source:
            raise PluginError(
                f"{name} hides {said.dtype} {tuple(said.shape)} of pictures of {video.place.source}",
                "Report this to the author of the task.",
            )
        yield said
        return
    with open_frames(said) as mask:
        for pixels in islice(mask.pixels, video.total + 1):
            if pixels.shape[:2] != video.place.source:
                raise BadInput(
                    f"{said} is {_size(pixels.shape)}, {video.path} is {_size(video.place.source)}",
                    "Make the mask as large as the video.",
                )
            yield torch.from_numpy(pixels).float().mean(-1) >= WHITE


def _leaves_something(job: Job, video: Footage, what: str) -> None:
    windows = [_window(job, video, start) for start in video.starts]
    if all(bool(window.all()) for window in windows):
        raise BadInput(
            f"{what} hides nothing of what the run's clips show of {video.path}",
            "Hide something: white pixels of a mask are hidden, and clips may be cut from the middle of the picture.",
        )
    for start, window in zip(video.starts, windows, strict=True):
        if not window.any():
            raise BadInput(
                f"{what} hides all of frames {start} to {start + video.length - 1} of {video.path}",
                "Let some of it be seen: black pixels of a mask are seen.",
            )


def _frames(count: int, total: int) -> str:
    return f"more than {total} frames" if count > total else f"{count} frames"


def _size(shape: Sequence[int]) -> str:
    return f"{shape[0]}x{shape[1]}"
