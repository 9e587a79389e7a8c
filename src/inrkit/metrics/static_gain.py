"""How much better a video is than a still picture: PSNR alone flatters videos that hardly move."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from inrkit.metrics.per_clip import PerClip
from inrkit.metrics.psnr import psnr, static_floor

EXACT = 100.0
"""dB that a clip counts as which is met exactly, or whose truth does not move."""


def static_gain(rendered: Tensor, truth: Tensor, mask: Tensor | None = None) -> Tensor:
    """PSNR of each clip above that of its truth's temporal-mean frame held still, in dB.

    Below 0 the still picture is the better video. Either PSNR counts as 100 dB at most.

    Args:
        rendered, truth: uint8 (B, T, H, W, 3).
        mask: bool (T, H, W) or (B, T, H, W): only these pixels count.

    Returns:
        (B,) float64 in [-100, 100].
    """
    return psnr(rendered, truth, mask).clamp(max=EXACT) - static_floor(truth, mask).clamp(max=EXACT)


class StaticGain(PerClip):
    """``static_gain`` of each clip in dB, from uint8 frames."""

    name: ClassVar[str] = "static-gain"

    def judge(self, rendered: Tensor, truth: Tensor, mask: Tensor | None) -> dict[str, Tensor]:
        """{"static-gain": (B,)} in dB."""
        return {"static-gain": static_gain(rendered, truth, mask)}
