"""Structural similarity (Wang et al., IEEE TIP 2004), frame by frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from inrkit.errors import BadInput
from inrkit.interfaces import Metric

SMALLEST = 6
"""Pixels a side: the Gaussian window of 11 x 11, mirrored at the border, needs that many."""


def ssim(rendered: Tensor, truth: Tensor, mask: Tensor | None = None) -> Tensor:
    """SSIM of each clip: the mean over its frames, and channels, of the SSIM map.

    The window is Gaussian, 11 x 11, of standard deviation 1.5; the range of the data is 255.

    Args:
        rendered, truth: uint8 (B, T, H, W, 3).
        mask: bool (T, H, W) or (B, T, H, W): the mean of the map there. The window around a pixel there sees all.

    Returns:
        (B,) float64 in [-1, 1]; 1 where equal.

    Raises:
        BadInput: torchmetrics is not installed, or the frames are smaller than 6x6.
    """
    compare = _torchmetrics()
    if min(truth.shape[2:4]) < SMALLEST:
        size = "x".join(str(side) for side in truth.shape[2:4])
        raise BadInput(f"ssim needs frames of at least {SMALLEST}x{SMALLEST} pixels, these are {size}")
    maps = torch.stack([_map(compare, *pair) for pair in zip(rendered, truth, strict=True)])
    if mask is None:
        return maps.flatten(1).mean(1)
    mask = mask.to(maps.device).expand_as(maps)
    return torch.where(mask, maps, 0.0).flatten(1).sum(1) / mask.flatten(1).sum(1)


def _map(compare: Callable[..., Any], rendered: Tensor, truth: Tensor) -> Tensor:
    """Of one clip, uint8 (T, H, W, 3) twice -> (T, H, W), the mean over channels."""
    images = (video.movedim(-1, 1).float() / 255 for video in (rendered, truth))
    whole: Tensor = compare(*images, data_range=1.0, reduction="none", return_full_image=True)[1]
    return whole.double().mean(1)


def _torchmetrics() -> Callable[..., Any]:
    try:
        from torchmetrics.functional.image import structural_similarity_index_measure
    except ImportError as error:
        raise BadInput("ssim needs torchmetrics, which is not installed", "pip install 'inrkit[metrics]'") from error
    return structural_similarity_index_measure


class SSIM(Metric):
    """``ssim`` of each clip, from uint8 frames."""

    def __init__(self, config: object = None) -> None:
        _torchmetrics()  # what is missing is said before anything is rendered
        self._values: list[Tensor] = []

    def update(self, rendered: Tensor | None, truth: Tensor | None, mask: Tensor | None = None) -> None:
        """Take in pairs of videos, uint8 (B, T, H, W, 3)."""
        if rendered is None or truth is None:
            raise ValueError("ssim compares a video with its truth: both are needed")
        self._values.append(ssim(rendered, truth, mask))

    def compute(self) -> dict[str, Tensor]:
        """{"ssim": (N,)} in [-1, 1]."""
        return {"ssim": torch.cat(self._values)}
