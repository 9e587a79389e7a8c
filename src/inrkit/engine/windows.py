"""A video longer than a clip: overlapping windows of it, and what was made of them blended into one again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from math import ceil

import torch
from torch import Tensor

Frames = Callable[[int, int, Tensor], Iterator[Tensor]]
"""(window, frames, which) to the frames `which`, (n,) int64, of that window as so many evenly spaced ones, one after
another: each (H, W, 3) float."""


def window_starts(total: int, length: int) -> list[int]:
    """The first frame of each window: spread evenly, overlapping by a quarter or more, the last ends with the video.

    >>> window_starts(25, 25), window_starts(60, 25)
    ([0], [0, 17, 35])
    """
    stride = max(1, length - max(1, length // 4))
    gaps = ceil(max(0, total - length) / stride)
    return [i * (total - length) // gaps for i in range(gaps + 1)] if gaps else [0]


def blended(
    frames_of: Frames, starts: Sequence[int], length: int, moments: Tensor, shown: Tensor | None = None
) -> Iterator[Tensor]:
    """A video from its windows, one frame at a time: of any length and size in bounded memory.

    A window counts most in its middle and falls to its ends; at every moment the windows count 1 in sum.

    Args:
        frames_of: Asked once for each window, in order, and let go when it is over.
        starts: First frame of each window, in order.
        length: Frames of a window.
        moments: (F,) evenly spaced moments of the video, in frames, fractions included, in order, none outside of all
            windows.
        shown: (n,) int64, which of these to show, in order; None: all.

    Yields:
        (H, W, 3) float32, on the CPU.
    """
    frames = _frames_of_a_window(moments, length)
    moments = (moments if shown is None else moments[shown]).double()
    moments = moments.round() if length == 1 else moments
    begins = torch.tensor(starts, dtype=torch.float64)
    last = torch.searchsorted(begins, moments, right=True)
    # Between the last frame of a window and the first of the next, where they do not overlap, the former stands.
    first = torch.searchsorted(begins, moments - (length - 1)).minimum(last - 1)

    def begin(window: int) -> Iterator[Tensor]:
        inside = moments[(first <= window) & (window < last)] - starts[window]
        places = inside * (frames - 1) / max(1, length - 1)
        return frames_of(window, frames, places.round().long().clamp(max=frames - 1))

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
