"""A video longer than a clip: overlapping windows of it, and what was made of them blended into one again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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


def blended(
    render: Callable[[int, int], Tensor], starts: Sequence[int], length: int, positions: Tensor
) -> Iterator[Tensor]:
    """The whole video from its windows, piece by piece: each window is rendered once, and no more than two are kept.

    A window counts most in its middle and falls to its ends; at every moment the windows count 1 in sum.

    Args:
        render: (window, frames) to that window as so many evenly spaced frames, (frames, H, W, 3) float.
        starts: First frame of each window.
        length: Frames of a window.
        positions: (F,) evenly spaced moments of the video to show, in frames, fractions included, none outside of
            all windows.

    Yields:
        (frames, H, W, 3) float32, on the CPU: F frames in all, in as many pieces for equal `starts` and `positions`.
    """
    moments = positions.double().round() if length == 1 else positions.double()
    frames = _frames_of_a_window(positions, length)
    done, total, weight = 0, torch.empty(0), torch.empty(0)
    for window, start in enumerate(starts):
        first, last = (int(torch.searchsorted(moments, t)) for t in (start, start + length - 1 + 1e-9))
        if first == last:
            continue
        if first > done:
            yield total[: first - done] / weight[: first - done]
            done, total, weight = first, total[first - done :], weight[first - done :]
        inside = moments[first:last] - start
        which = (inside * (frames - 1) / max(1, length - 1)).round().long()
        part = render(window, frames).float().cpu()[which]
        total, weight = _grown(total, part, last - done), _grown(weight, part[:, :1, :1, :1], last - done)
        own = torch.minimum(inside + 1, length - inside).float().view(-1, 1, 1, 1)
        total[first - done : last - done] += own * part
        weight[first - done : last - done] += own
    yield total / weight


def stitch(render: Callable[[int, int], Tensor], starts: Sequence[int], length: int, positions: Tensor) -> Tensor:
    """All of :func:`blended` at once: (F, H, W, 3) float32, on the CPU."""
    return torch.cat(list(blended(render, starts, length, positions)))


def _frames_of_a_window(positions: Tensor, length: int) -> int:
    """How many frames of a window show it as densely as `positions` lie."""
    step = float(positions[-1] - positions[0]) / max(1, len(positions) - 1)
    return round((length - 1) / step) + 1 if step > 0 else length


def _grown(have: Tensor, like: Tensor, frames: int) -> Tensor:
    """`have`, and after it zeros until there are so many frames."""
    more = like.new_zeros(frames - len(have), *like.shape[1:])
    return torch.cat([have, more]) if have.numel() else more
