"""NeRV (Chen et al., NeurIPS 2021): a network for each video, from the time of a frame to its picture."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from inrkit import INR, Spec, Tensors
from inrkit_nerv.decoder import Decoder
from inrkit_nerv.encoding import TimeEncoding
from inrkit_nerv.interpolate import pixels_at
from inrkit_nerv.layers import Linear
from inrkit_nerv.one_by_one import one_by_one
from inrkit_nerv.options import NeRVOptions


class NeRV(INR):
    """Encoding of t -> two linear layers -> feature maps -> blocks -> a frame; all its weights are per video."""

    unit = "frame"

    def __init__(self, config: NeRVOptions, spec: Spec) -> None:
        super().__init__()
        self._encode = TimeEncoding(spec.clip_shape[0])
        self.decoder = Decoder(config, spec.clip_shape)
        height, width = self.decoder.size
        self._maps = (self.decoder.channels[0], height, width)
        self.first = Linear(self._encode.features, config.hidden)
        self.second = Linear(config.hidden, self._maps[0] * height * width)
        for name in ("first", "second", "decoder"):
            self.per_video(name)

    def forward(self, coords: Tensor) -> Tensor:
        """One video: (F, H, W, 3) -> (F, H, W, 3)."""
        hidden = F.gelu(self.first(self._encode(coords[:, 0, 0, 0])))
        maps = F.gelu(self.second(hidden)).unflatten(1, self._maps)
        return pixels_at(self.decoder(maps), coords[:1])

    def evaluate(self, coords: Tensor, weights: Tensors) -> Tensor:
        """One video after another: convolutions with weights of several videos at once are slower than that."""
        return one_by_one(self, coords, weights)
