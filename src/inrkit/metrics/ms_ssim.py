"""Structural similarity at five scales (Wang, Simoncelli and Bovik, Asilomar 2003), frame by frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import torch
from torch import Tensor

from inrkit.errors import BadInput
from inrkit.metrics.extra import extra
from inrkit.metrics.per_clip import PerClip
from inrkit.metrics.ssim import frame_size

SMALLEST = 176
"""Pixels a side: torchmetrics asks that a sixteenth of it, which is the fifth scale, holds the window of 11 x 11."""


def ms_ssim(rendered: Tensor, truth: Tensor) -> Tensor:
    """MS-SSIM of each clip, the mean over its frames, with the five weights of the paper.

    The window is Gaussian, 11 x 11, of standard deviation 1.5; a contrast below 0 counts as 0.

    Args:
        rendered, truth: uint8 (B, T, H, W, 3).

    Returns:
        (B,) float64 in [0, 1]; 1 where equal.

    Raises:
        BadInput: torchmetrics is not installed, or the frames are smaller than 176x176.
    """
    compare = _torchmetrics()
    if min(truth.shape[2:4]) < SMALLEST:
        raise BadInput(
            f"ms-ssim needs frames of at least {SMALLEST}x{SMALLEST} pixels, these are {frame_size(truth)}",
            "Take ssim: at fewer scales it would be another number than published ones.",
        )
    return torch.stack([_of_clip(compare, *pair) for pair in zip(rendered, truth, strict=True)])


def _of_clip(compare: Callable[..., Any], rendered: Tensor, truth: Tensor) -> Tensor:
    """Of one clip, uint8 (T, H, W, 3) twice -> (), a frame at a time."""
    pairs = zip(*(_images(clip).split(1) for clip in (rendered, truth)), strict=True)
    values: list[Tensor] = [compare(*pair, data_range=1.0, reduction="none") for pair in pairs]
    return torch.cat(values).double().mean()


def _images(clip: Tensor) -> Tensor:
    """uint8 (T, H, W, 3) -> float32 (T, 3, H, W) in [0, 1]."""
    return clip.movedim(-1, 1).float() / 255


def _torchmetrics() -> Callable[..., Any]:
    module = extra("ms-ssim", "torchmetrics.functional.image")
    compare: Callable[..., Any] = module.multiscale_structural_similarity_index_measure
    return compare


class MSSSIM(PerClip):
    """``ms_ssim`` of each clip, from uint8 frames."""

    name: ClassVar[str] = "ms-ssim"
    masks: ClassVar[bool] = False

    def __init__(self, config: object = None) -> None:
        super().__init__(config)
        _torchmetrics()  # what is missing is said before anything is rendered

    def judge(self, rendered: Tensor, truth: Tensor, mask: Tensor | None) -> dict[str, Tensor]:
        """{"ms-ssim": (B,)} in [0, 1]."""
        return {"ms-ssim": ms_ssim(rendered, truth)}
