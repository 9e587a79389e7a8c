"""LPIPS (Zhang et al., CVPR 2018): how different frames look to a network, frame by frame."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from inrkit.errors import BadInput
from inrkit.interfaces.pixels import to_float
from inrkit.metrics.lpips_network import BACKBONES, load_lpips
from inrkit.metrics.options import LpipsOptions
from inrkit.metrics.per_clip import PerClip
from inrkit.metrics.ssim import frame_size

TOGETHER = 1 << 18
"""Pixels in a batch: 64 frames of 64x64. VGG keeps about 4 KB for each of them."""


class LPIPS(PerClip):
    """LPIPS 0.1 of each clip, the mean over its frames; 0 where equal, lower is better."""

    name: ClassVar[str] = "lpips"
    masks: ClassVar[bool] = False

    def __init__(self, config: LpipsOptions | None = None) -> None:
        super().__init__(config)
        config = config or LpipsOptions()
        self._loaded = load_lpips(config.net, config.backbone, "name it: -o lpips.backbone=FILE")

    def judge(self, rendered: Tensor, truth: Tensor, mask: Tensor | None) -> dict[str, Tensor]:
        """{"lpips": (B,)}.

        Raises:
            BadInput: The frames are too small for the network.
        """
        net, smallest = self._loaded.net, BACKBONES[self._loaded.net].smallest
        if min(truth.shape[2:4]) < smallest:
            size = frame_size(truth)
            raise BadInput(f"lpips ({net}) needs frames of at least {smallest}x{smallest} pixels, these are {size}")
        self._loaded.network.to(truth.device)
        together = max(1, TOGETHER // (truth.shape[2] * truth.shape[3]))
        pairs = zip(*(videos.flatten(0, 1).split(together) for videos in (rendered, truth)), strict=True)
        values = torch.cat([_distances(self._loaded.network, *pair) for pair in pairs])
        return {"lpips": values.view(truth.shape[:2]).mean(1)}

    def about(self) -> dict[str, Any]:
        """The network, and of its backbone the file's name, its hash, and whether it is torchvision's."""
        loaded = self._loaded
        backbone = {"file": loaded.file, "sha256": loaded.sha256, "verified": loaded.verified}
        right = loaded.verified == "torchvision's"
        notes = (
            [] if right else [f"unverified backbone: {loaded.file} is not torchvision's {BACKBONES[loaded.net].file}"]
        )
        return {"net": loaded.net, "version": "0.1", "backbone": backbone, "notes": notes}


@torch.no_grad()
def _distances(network: nn.Module, rendered: Tensor, truth: Tensor) -> Tensor:
    """uint8 (F, H, W, 3) twice -> (F,) float64."""
    images = (to_float(frames).movedim(-1, 1) for frames in (rendered, truth))
    distances: Tensor = network(*images)
    return distances.flatten().double()
