"""Where the pixels of a video lie: (t, y, x) in [-1, 1]^3, align-corners; a single sample lies at 0."""

from __future__ import annotations

import torch
from torch import Tensor

from inrkit.interfaces.types import Shape


def axis(length: int, device: torch.device | str = "cpu") -> Tensor:
    """The `length` positions along one axis: (length,), from -1 to 1, or the single 0.

    Computed as the official INR-V code does, to the last bit: its highest octave multiplies a rounding error by 1,600.
    """
    if length == 1:
        return torch.zeros(1, device=device)
    return (torch.arange(length, device=device) / (length - 1) - 0.5) * 2


def grid(shape: Shape, frames: Tensor | None = None, device: torch.device | str = "cpu") -> Tensor:
    """The coordinates of whole frames.

    Args:
        shape: (T, H, W) of the video.
        frames: (F,) indices of the frames wanted, all of them if None.

    Returns:
        (1, F, H, W, 3) float32.

    >>> grid((1, 2, 3)).shape
    torch.Size([1, 1, 2, 3, 3])
    """
    t, y, x = (axis(n, device) for n in shape)
    if frames is not None:
        t = t[frames.to(device)]
    return torch.stack(torch.meshgrid(t, y, x, indexing="ij"), -1)[None]


def points(shape: Shape, index: Tensor) -> Tensor:
    """The coordinates of single pixels, without making the whole grid.

    Args:
        shape: (T, H, W) of the video.
        index: (...,) int64, flat indices into (T, H, W).

    Returns:
        (..., 3) float32, equal to ``grid(shape).reshape(-1, 3)[index]``.
    """
    _, height, width = shape
    t, y, x = (axis(n, index.device) for n in shape)
    row = index // width
    return torch.stack((t[row // height], y[row % height], x[index % width]), -1)
