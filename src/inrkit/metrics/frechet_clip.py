"""The Fréchet distance between CLIP features of two sets of videos. It is no FVD: it hardly knows of motion."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from inrkit.metrics.clip_weights import clip_image_encoder
from inrkit.metrics.frechet_metric import FrechetMetric
from inrkit.metrics.frechet_options import FrechetClipOptions


class FrechetClip(FrechetMetric):
    """The Fréchet distance between the mean CLIP embeddings of the frames of each video.

    It says how like real frames those of a set are, and how varied, not how they move: of a video whose frames are
    shuffled the features are the same.
    """

    def __init__(self, config: FrechetClipOptions | None = None) -> None:
        options = config or FrechetClipOptions()
        super().__init__(options)
        self.model, self.frames, self.batch = options.model, options.frames, options.batch
        self.encoder = clip_image_encoder(
            options.model, options.weights, name="frechet-clip", options="--set frechet-clip."
        )

    def cut(self, videos: Tensor, real: bool) -> Tensor:
        """Evenly spaced frames, from the first to the last."""
        length = videos.shape[1]
        chosen = torch.linspace(0, length - 1, min(self.frames, length)).round().long()
        return videos[:, chosen.to(videos.device)]

    def features(self, videos: Tensor) -> Tensor:
        """uint8 (B, T, H, W, 3) -> (B, D), the mean over frames."""
        frames = videos.flatten(0, 1).movedim(-1, 1).float()
        embeddings: Tensor = self.encoder(frames).unflatten(0, videos.shape[:2])
        return embeddings.mean(1)

    def depends(self) -> dict[str, Any]:
        """Which weights, and which frames."""
        return {
            "features": "mean over frames of CLIP's image embeddings",
            "model": self.model,
            "weights_sha256": self.encoder.sha256,
            "frames": f"at most {self.frames}, evenly from the first to the last",
        }

    def name(self) -> str:
        """Never fvd."""
        return "frechet-clip"

    def about(self) -> dict[str, Any]:
        """With the file of the weights."""
        return {"weights": self.encoder.file, **super().about()}
