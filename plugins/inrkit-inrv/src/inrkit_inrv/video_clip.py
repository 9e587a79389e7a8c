"""INR-V's encoder with video-CLIP: what CLIP sees of a video, and a code of its own, make its latent (section 3.2)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from inrkit import BadInput, ClipBatch, Decode, Encoder, Spec, Tensors, clip_image_encoder
from inrkit_inrv.options import VideoClipOptions

FRAMES = 32
"""Frames that CLIP looks at together."""


class VideoClip(Encoder):
    """Each frame by CLIP, frozen; a bidirectional GRU over time, and its mean; with the clip's code, to z.

    CLIP is no part of the model and not in its checkpoints: it is read when features are wanted. At inversion z alone
    is searched, from where this encoder puts the video given the mean of the training codes.

    Latents: ``{"z": (size,)}``. Codes: ``{"code": (code,)}``, of standard deviation 0.01.
    """

    def __init__(self, config: VideoClipOptions, spec: Spec) -> None:
        super().__init__()
        self.config = config
        self.latents, self.codes = {"z": (config.size,)}, {"code": (config.code,)}
        self.gru = nn.GRU(
            config.features,
            config.units,
            config.layers,
            batch_first=True,
            dropout=config.dropout if config.layers > 1 else 0.0,
            bidirectional=True,
        )
        width = config.merge
        self.merge = nn.Sequential(
            nn.Linear(2 * config.units + config.code, width), nn.ReLU(), nn.Linear(width, config.size)
        )

    @torch.no_grad()
    def features(self, frames: Tensor) -> Tensors:
        """{"clip": (B, T, features)}: CLIP's embedding of each frame.

        Raises:
            BadInput: open_clip or the weights are not here, or are of another width.
        """
        try:
            clip = self._clip()
        except BadInput as error:  # of a video that is searched: a training was refused before
            raise BadInput(error.message, f"{error.hint} Or begin the search elsewhere: --start mean.") from error
        images = ((frames + 1) * 127.5).clamp(0, 255).flatten(0, 1).movedim(-1, 1)
        seen = [clip(part, self.config.normalise) for part in images.split(FRAMES)]
        return {"clip": torch.cat(seen).unflatten(0, frames.shape[:2])}

    def features_key(self) -> str:
        """By the weights of CLIP."""
        return f"clip {self.config.model} {self._clip().sha256} normalised {self.config.normalise}"

    def check(self) -> None:
        """CLIP is here, and as wide as this encoder was built for."""
        self._clip()

    def _clip(self) -> Any:
        clip = clip_image_encoder(self.config.model, self.config.weights, name="videoclip", options="-o encoder.")
        if clip.width != self.config.features:
            raise BadInput(
                f"{self.config.model} gives {clip.width} numbers of a frame, and this encoder takes "
                f"{self.config.features}",
                f"Set -o encoder.features={clip.width} in a new run.",
            )
        return clip

    def forward(self, clips: ClipBatch, decode: Decode) -> Tensors:
        """{"z": (B, size)}."""
        over_time, _ = self.gru(clips.features["clip"])
        return {"z": self.merge(torch.cat((over_time.mean(1), clips.codes["code"]), 1))}
