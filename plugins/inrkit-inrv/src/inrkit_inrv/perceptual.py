"""LPIPS-VGG (Zhang et al., CVPR 2018) as a loss."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor, nn

from inrkit import lpips_network

HOW = "pass -o lpips_weights=FILE; or train without LPIPS: -o lpips=0"
"""How its weights are named, or done without."""


class PerceptualLoss:
    """LPIPS of frames, averaged over the frames of each clip; the network is frozen and moves to its inputs' device."""

    def __init__(self, network: nn.Module) -> None:
        self._network = network

    def __call__(self, rgb: Tensor, target: Tensor) -> Tensor:
        """(B, F, H, W, 3) in [-1, 1], twice -> (B,)."""
        clips, frames = rgb.shape[:2]
        self._network.to(rgb.device)
        images = (video.flatten(0, 1).permute(0, 3, 1, 2) for video in (rgb, target))
        distance: Tensor = self._network(*images)
        return distance.view(clips, frames).mean(1)


def load_lpips(weights: Path | None) -> PerceptualLoss:
    """The loss, with its backbone from `weights` or torch's cache.

    Raises:
        BadInput: There is no such file, or it is not VGG-16.
    """
    return PerceptualLoss(lpips_network("vgg", weights, HOW))
