"""Peak signal-to-noise ratio, and the floor that any claim about it must stand on."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor

from inrkit.metrics.per_clip import PerClip


def psnr(rendered: Tensor, truth: Tensor, mask: Tensor | None = None) -> Tensor:
    """PSNR of each clip in dB, peak 255; infinite where equal.

    Args:
        rendered, truth: uint8 (B, T, H, W, 3).
        mask: bool (T, H, W) or (B, T, H, W): only these pixels count.

    Returns:
        (B,) float64.
    """
    error = (rendered.double() - truth.double()).square().mean(-1)
    if mask is None:
        mse = error.flatten(1).mean(1)
    else:
        mask = mask.expand_as(error)
        mse = torch.where(mask, error, 0.0).flatten(1).sum(1) / mask.flatten(1).sum(1)
    return 10 * torch.log10(255.0**2 / mse)


def static_floor(truth: Tensor, mask: Tensor | None = None) -> Tensor:
    """PSNR of each clip's temporal-mean frame, rounded to uint8 and held still: what no motion at all scores.

    Args:
        truth: uint8 (B, T, H, W, 3).
        mask: As for `psnr`. The mean frame is of all pixels.

    Returns:
        (B,) float64 in dB.
    """
    still = truth.float().mean(1, keepdim=True).round().to(torch.uint8)
    return psnr(still.expand_as(truth), truth, mask)


class PSNR(PerClip):
    """``psnr`` of each clip in dB, from uint8 frames."""

    name: ClassVar[str] = "psnr"

    def judge(self, rendered: Tensor, truth: Tensor, mask: Tensor | None) -> dict[str, Tensor]:
        """{"psnr": (B,)} in dB."""
        return {"psnr": psnr(rendered, truth, mask)}
