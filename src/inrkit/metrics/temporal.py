"""The error of motion: how far the changes from frame to frame are from the true ones."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor

from inrkit.errors import BadInput
from inrkit.metrics.per_clip import PerClip


def temporal_error(rendered: Tensor, truth: Tensor, mask: Tensor | None = None) -> Tensor:
    """RMS of (r[t+1] - r[t]) - (x[t+1] - x[t]) over pixels, channels and pairs of frames, in grey levels.

    It is 0 for what differs from the truth by the same picture in all frames, and rises with flicker.

    Args:
        rendered, truth: uint8 (B, T, H, W, 3), T at least 2.
        mask: bool (T, H, W) or (B, T, H, W): a change counts where both of its frames do.

    Returns:
        (B,) float64, from 0 to 510.

    Raises:
        BadInput: There is one frame alone, or under the mask no change of a clip.
    """
    if truth.shape[1] < 2:
        raise BadInput(
            "temporal compares changes from frame to frame, and these videos have one frame", "Leave it out."
        )
    error = (rendered.double() - truth.double()).diff(dim=1).square().mean(-1)
    if mask is None:
        return error.flatten(1).mean(1).sqrt()
    mask = mask.expand(truth.shape[:4])
    both = (mask[:, 1:] & mask[:, :-1]).flatten(1)
    if not both.any(1).all():
        raise BadInput("temporal needs a pixel that counts in two frames in turn, and a clip has none", "Leave it out.")
    return (torch.where(both, error.flatten(1), 0.0).sum(1) / both.sum(1)).sqrt()


class Temporal(PerClip):
    """``temporal_error`` of each clip, and beside it what any still picture has."""

    name: ClassVar[str] = "temporal"

    def judge(self, rendered: Tensor, truth: Tensor, mask: Tensor | None) -> dict[str, Tensor]:
        """{"temporal": (B,), "temporal-still": (B,)} in grey levels."""
        still = truth[:, :1].expand_as(truth)
        return {
            "temporal": temporal_error(rendered, truth, mask),
            "temporal-still": temporal_error(still, truth, mask),
        }
