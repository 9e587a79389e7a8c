"""HNeRV (Chen et al., CVPR 2023): a small embedding of each frame, and a decoder."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inrkit import INR, Spec, Tensors
from inrkit_nerv.decoder import Decoder
from inrkit_nerv.interpolate import pixels_at, rows_at
from inrkit_nerv.layers import Conv
from inrkit_nerv.one_by_one import one_by_one
from inrkit_nerv.options import HNeRVOptions


class HNeRV(INR):
    """Embedding of a frame -> convolution -> blocks -> the frame. Between frames embeddings are interpolated.

    Per video: ``embedding``, (T, channels, h, w); with the option `own` the decoder as well.
    """

    unit = "frame"

    def __init__(self, config: HNeRVOptions, spec: Spec) -> None:
        super().__init__()
        self.decoder = Decoder(config, spec.clip_shape)
        self.stem = Conv(config.channels, self.decoder.channels[0])
        self.embedding = nn.Parameter(0.1 * torch.randn(spec.clip_shape[0], config.channels, *self.decoder.size))
        for name in ("embedding", "stem", "decoder")[: 3 if config.own else 1]:
            self.per_video(name)

    def forward(self, coords: Tensor) -> Tensor:
        """One video: (F, H, W, 3) -> (F, H, W, 3)."""
        embedded = rows_at(self.embedding[None], coords[None, :, 0, 0, 0])[0]
        return pixels_at(self.decoder(F.gelu(self.stem(embedded))), coords[:1])

    def evaluate(self, coords: Tensor, weights: Tensors) -> Tensor:
        """With a decoder of each video's own, one video after another."""
        return one_by_one(self, coords, weights) if len(weights) > 1 else super().evaluate(coords, weights)
