"""Linear interpolation on regular grids, as products with matrices."""

from __future__ import annotations

import torch
from torch import Tensor

SAME = 1e-4
"""Places this near to the samples, in their distances, are the samples."""


def between(coords: Tensor, length: int) -> Tensor:
    """Which of `length` samples, spread evenly over [-1, 1], make the value at each of `coords`.

    Args:
        coords: (N,) in [-1, 1]; beyond it the outermost sample goes on.
        length: At least 1; a single sample holds everywhere.

    Returns:
        (N, length) float32, rows that add up to 1.
    """
    place = ((coords.float() + 1) / 2 * (length - 1)).clamp(0, length - 1)
    samples = torch.arange(length, device=coords.device)
    share: Tensor = (1 - (place.unsqueeze(-1) - samples).abs()).clamp_min(0)
    return share


def pixels_at(frames: Tensor, coords: Tensor) -> Tensor:
    """Frames at the pixels of a grid, bilinear, so that any size can be had; at their own pixels, as they are.

    Args:
        frames: (B, F, h, w, 3), the outermost pixels at -1 and 1.
        coords: (H, W, 3), a regular grid, of which y of each row and x of each column is read.

    Returns:
        (B, F, H, W, 3).
    """
    down, across = between(coords[:, 0, 1], frames.shape[2]), between(coords[0, :, 2], frames.shape[3])
    if not _is_identity(down):
        frames = (down.to(frames.dtype) @ frames.flatten(3)).unflatten(3, frames.shape[3:])
    return frames if _is_identity(across) else across.to(frames.dtype) @ frames


def _is_identity(matrix: Tensor) -> bool:
    rows, columns = matrix.shape
    return rows == columns and bool((matrix - torch.eye(rows, device=matrix.device)).abs().max() < SAME)
