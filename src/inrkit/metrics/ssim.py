"""Structural similarity (Wang et al., IEEE TIP 2004), frame by frame."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor

from inrkit.errors import BadInput
from inrkit.metrics.per_clip import PerClip

RADIUS, DEVIATION = 5, 1.5
"""Of the window, in pixels: a Gaussian of 11 x 11."""

SMALLEST = RADIUS + 1
"""Pixels a side: the window, mirrored at the border, needs that many."""

LUMINANCE, CONTRAST = (0.01 * 255) ** 2, (0.03 * 255) ** 2
"""The constants of the paper, for levels from 0 to 255."""


def ssim(rendered: Tensor, truth: Tensor, mask: Tensor | None = None) -> Tensor:
    """SSIM of each clip: the mean over its frames, and channels, of the SSIM map.

    The window is Gaussian, 11 x 11, of standard deviation 1.5, mirrored at borders; the range of the data is 255.
    It is computed in float64: variances are differences of means, so in float32 flat frames are off by 1e-4.

    Args:
        rendered, truth: uint8 (B, T, H, W, 3).
        mask: bool (T, H, W) or (B, T, H, W): the mean of the map there. The window around a pixel there sees all.

    Returns:
        (B,) float64 in [-1, 1]; 1 where equal.

    Raises:
        BadInput: The frames are smaller than 6x6.
    """
    if min(truth.shape[2:4]) < SMALLEST:
        raise BadInput(f"ssim needs frames of at least {SMALLEST}x{SMALLEST} pixels, these are {frame_size(truth)}")
    rows, columns = (_window(side, truth.device) for side in truth.shape[2:4])
    frames = zip(rendered.flatten(0, 1), truth.flatten(0, 1), strict=True)
    maps = torch.stack([_map(*pair, rows, columns) for pair in frames]).view(truth.shape[:4])
    if mask is None:
        return maps.flatten(1).mean(1)
    mask = mask.to(maps.device).expand_as(maps)
    return torch.where(mask, maps, 0.0).flatten(1).sum(1) / mask.flatten(1).sum(1)


def frame_size(videos: Tensor) -> str:
    """ "64x48", of (B, T, 64, 48, 3), for messages."""
    return "x".join(map(str, videos.shape[2:4]))


def _map(rendered: Tensor, truth: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Of one frame, uint8 (H, W, 3) twice -> (H, W), the mean over channels."""
    a, b = (frame.movedim(-1, 0).double() for frame in (rendered, truth))
    mean_a, mean_b, aa, bb, ab = rows @ torch.stack([a, b, a * a, b * b, a * b]) @ columns.T
    variances = aa - mean_a**2 + bb - mean_b**2
    alike = (2 * mean_a * mean_b + LUMINANCE) * (2 * (ab - mean_a * mean_b) + CONTRAST)
    found: Tensor = alike / ((mean_a**2 + mean_b**2 + LUMINANCE) * (variances + CONTRAST))
    return found.mean(0)


def _window(length: int, device: torch.device) -> Tensor:
    """(length, length): row i is the window around pixel i; what lies beyond a border is the mirrored picture."""
    offsets = torch.arange(-RADIUS, RADIUS + 1)
    weights = torch.exp(-0.5 * (offsets.double() / DEVIATION) ** 2)
    places = (torch.arange(length)[:, None] + offsets).abs()
    places = torch.minimum(places, 2 * (length - 1) - places)
    window = torch.zeros(length, length, dtype=torch.float64)
    return window.scatter_add_(1, places, (weights / weights.sum()).expand_as(places)).to(device)


class SSIM(PerClip):
    """``ssim`` of each clip, from uint8 frames."""

    name: ClassVar[str] = "ssim"

    def judge(self, rendered: Tensor, truth: Tensor, mask: Tensor | None) -> dict[str, Tensor]:
        """{"ssim": (B,)} in [-1, 1]."""
        return {"ssim": ssim(rendered, truth, mask)}
