"""Linear interpolation as a product with a matrix: it goes under vmap, and can be differentiated twice."""

from __future__ import annotations

import torch
from torch import Tensor


def between(coords: Tensor, length: int) -> Tensor:
    """Which of `length` samples, spread evenly over [-1, 1], make a value at each of `coords`.

    Args:
        coords: (..., N) in [-1, 1]; beyond it the outermost sample goes on.
        length: At least 1; a single sample holds everywhere.

    Returns:
        (..., N, length) float32, rows that add up to 1.
    """
    place = ((coords.float() + 1) / 2 * (length - 1)).clamp(0, length - 1)
    samples = torch.arange(length, device=coords.device)
    share: Tensor = (1 - (place.unsqueeze(-1) - samples).abs()).clamp_min(0)
    return share


def rows_at(values: Tensor, t: Tensor) -> Tensor:
    """One entry per frame, at times between frames: (B, T, *shape) at t (B|1, F) in [-1, 1] -> (B, F, *shape)."""
    with torch.autocast(values.device.type, enabled=False):
        rows: Tensor = (between(t, values.shape[1]) @ values.float().flatten(2)).unflatten(2, values.shape[2:])
    return rows


def pixels_at(frames: Tensor, coords: Tensor) -> Tensor:
    """Frames at the pixels of a grid: bilinear, so any size can be had.

    Args:
        frames: (N, 3, h, w), the outermost pixels at -1 and 1.
        coords: (M, H, W, 3), M 1 or N: regular grids, of which y of each row and x of each column is read.

    Returns:
        (N, H, W, 3) float32.
    """
    with torch.autocast(frames.device.type, enabled=False):
        down = between(coords[:, :, 0, 1], frames.shape[2]).unsqueeze(1)
        across = between(coords[:, 0, :, 2], frames.shape[3]).unsqueeze(1)
        sampled = down @ frames.float() @ across.mT
    return sampled.movedim(1, -1)
