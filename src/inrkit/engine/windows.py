"""A video longer than a clip: overlapping windows of it, and what was made of them blended into one again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil

import torch
from torch import Tensor


def window_starts(total: int, length: int) -> list[int]:
    """The first frame of each window: spread evenly, overlapping by a quarter or more, the last ends with the video.

    >>> window_starts(25, 25), window_starts(60, 25)
    ([0], [0, 17, 35])
    """
    stride = max(1, length - max(1, length // 4))
    gaps = ceil(max(0, total - length) / stride)
    return [i * (total - length) // gaps for i in range(gaps + 1)] if gaps else [0]


def blend(starts: Sequence[int], length: int, positions: Tensor) -> Tensor:
    """How much each window counts at each moment: highest in its middle, falling to its ends, 1 in sum.

    Args:
        positions: (F,) moments of the video in frames, fractions included, none outside of all windows.

    Returns:
        (windows, F) float64.
    """
    inside = _inside(starts, length, positions)
    weight = torch.where((inside >= 0) & (inside <= length - 1), torch.minimum(inside + 1, length - inside), 0.0)
    return weight / weight.sum(0)


def stitch(render: Callable[[int, int], Tensor], starts: Sequence[int], length: int, positions: Tensor) -> Tensor:
    """The whole video from its windows, each rendered once.

    Args:
        render: (window, frames) to that window as so many evenly spaced frames, (frames, H, W, 3) float.
        starts: First frame of each window.
        length: Frames of a window.
        positions: (F,) evenly spaced moments of the video, in frames, to show; see :func:`blend`.

    Returns:
        (F, H, W, 3) float32, on the CPU.
    """
    step = float(positions[-1] - positions[0]) / max(1, len(positions) - 1)
    frames = round((length - 1) / step) + 1 if step > 0 else length
    weights, inside = blend(starts, length, positions), _inside(starts, length, positions)
    video = torch.empty(0)
    for window in range(len(starts)):
        shown = weights[window].nonzero()[:, 0]
        if not len(shown):
            continue
        pieces = render(window, frames).float().cpu()
        which = inside[window, shown] * (frames - 1) / max(1, length - 1)
        part = pieces[which.round().long()] * weights[window, shown].float().view(-1, 1, 1, 1)
        video = video if video.numel() else torch.zeros(len(positions), *part.shape[1:])
        video[shown] += part
    return video


def _inside(starts: Sequence[int], length: int, positions: Tensor) -> Tensor:
    """(windows, F): the moments in frames of each window. Windows of one frame show only whole moments."""
    moments = positions.double().round() if length == 1 else positions.double()
    return moments[None] - torch.tensor(starts, dtype=torch.float64)[:, None]
