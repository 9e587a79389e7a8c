"""What was found for a video, frame by frame: videos of any length and size in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import reduce

import torch
from torch import Tensor

from inrkit.engine.fit import Found
from inrkit.interfaces.types import Shape
from inrkit.model import VideoModel

Frames = Callable[[int, int, Tensor], Iterator[Tensor]]
"""(window, frames, which) to the frames `which`, (n,) int64, of that window as so many evenly spaced ones, one after
another: each (H, W, 3) float."""


def window_frames(model: VideoModel, found: Found, size: tuple[int, int]) -> Frames:
    """What was found for each window, at `size`."""
    stream, tensors = (model.stream_weights, found.weights) if found.weights else (model.stream, found.latents)

    def frames_of(window: int, frames: int, which: Tensor) -> Iterator[Tensor]:
        shape: Shape = (frames, *size)
        for group in stream({name: values[window : window + 1] for name, values in tensors.items()}, shape, which):
            yield from group[0]

    return frames_of


def blended_frames(
    frames_of: Frames, starts: Sequence[int], length: int, moments: Tensor, shown: Tensor | None = None
) -> Iterator[Tensor]:
    """A video from its windows, as :func:`inrkit.engine.windows.blended` makes it, but one frame at a time.

    Args:
        starts: First frame of each window, in order.
        length: Frames of a window.
        moments: (F,) evenly spaced moments of the video, in frames, in order, none outside of all windows.
        shown: (n,) int64, which of these to show, in order; None: all.

    Yields:
        (H, W, 3) float32, on the CPU.
    """
    frames = _frames_of_a_window(moments, length)
    moments = (moments if shown is None else moments[shown]).double()
    moments = moments.round() if length == 1 else moments
    begins = torch.tensor(starts, dtype=torch.float64)
    first, last = torch.searchsorted(begins, moments - (length - 1)), torch.searchsorted(begins, moments, right=True)

    def begin(window: int) -> Iterator[Tensor]:
        inside = moments[(first <= window) & (window < last)] - starts[window]
        return frames_of(window, frames, (inside * (frames - 1) / max(1, length - 1)).round().long())

    running: dict[int, Iterator[Tensor]] = {}
    for moment, *near in zip(moments, first.tolist(), last.tolist(), strict=True):
        running = {window: running.get(window) or begin(window) for window in range(*near)}
        inside = moment - begins[slice(*near)]
        share = torch.minimum(inside + 1, length - inside)
        parts = zip(running.values(), (share / share.sum()).tolist(), strict=True)
        yield reduce(torch.add, (next(video).float().cpu() * part for video, part in parts))


def _frames_of_a_window(moments: Tensor, length: int) -> int:
    """How many frames of a window lie as densely as `moments`, and no less densely than those it was found for."""
    step = float(moments[-1] - moments[0]) / max(1, len(moments) - 1)
    return round((length - 1) / min(1.0, step)) + 1 if step > 0 else length
