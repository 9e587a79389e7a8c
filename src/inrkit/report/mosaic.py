"""Videos side by side in one video, in rows."""

from __future__ import annotations

from math import ceil

import torch
from torch import Tensor

GAP = 255
"""The grey of places where there is no video."""


def mosaic(videos: Tensor, columns: int) -> Tensor:
    """Videos in rows of `columns`, from left to right and from top to bottom.

    Args:
        videos: uint8 (n, T, H, W, 3).

    Returns:
        uint8 (T, rows H, columns W, 3).
    """
    count, frames, height, width, _ = videos.shape
    rows = ceil(count / columns)
    empty = videos.new_full((rows * columns - count, *videos.shape[1:]), GAP)
    tiles = torch.cat([videos, empty]).view(rows, columns, frames, height, width, 3)
    return tiles.permute(2, 0, 3, 1, 4, 5).reshape(frames, rows * height, columns * width, 3)


def tile(video: Tensor, index: int, columns: int, size: tuple[int, int]) -> Tensor:
    """One of the videos in a mosaic: uint8 (T, *size, 3)."""
    height, width = size
    top, left = index // columns * height, index % columns * width
    return video[:, top : top + height, left : left + width]


def enlarged(picture: Tensor, scale: int) -> Tensor:
    """uint8 (H, W, 3), each pixel a square of `scale` x `scale`."""
    return picture.repeat_interleave(scale, 0).repeat_interleave(scale, 1)
