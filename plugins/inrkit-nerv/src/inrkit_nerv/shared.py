"""NeRV for a space of videos: one network, whose features each video scales and shifts."""

from __future__ import annotations

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inrkit import INR, Spec, Tensors
from inrkit_nerv.decoder import Decoder
from inrkit_nerv.encoding import TimeEncoding
from inrkit_nerv.interpolate import pixels_at, rows_at
from inrkit_nerv.layers import Linear
from inrkit_nerv.options import SharedNeRVOptions


class SharedNeRV(INR):
    """NeRV with a scale and a shift of every unit and channel (FiLM) per video; its weights are shared.

    Per video: ``modulation``, (1, M) for all of a clip; of more rows, (T, M), each is of one frame, and between frames
    they are interpolated.
    """

    unit = "frame"

    def __init__(self, config: SharedNeRVOptions, spec: Spec) -> None:
        super().__init__()
        self._encode = TimeEncoding(spec.clip_shape[0])
        self.decoder = Decoder(config, spec.clip_shape)
        height, width = self.decoder.size
        self._maps = (self.decoder.channels[0], height, width)
        widths = [config.hidden] * config.layers
        self.layers = nn.ModuleList(Linear(i, config.hidden) for i in [self._encode.features, *widths[1:]])
        self.last = Linear(config.hidden, self._maps[0] * height * width)
        self._parts = [size for size in [*widths, *self.decoder.channels] for _ in range(2)]
        self.modulation = nn.Parameter(0.1 * torch.randn(1, sum(self._parts)))
        self.per_video("modulation")

    def forward(self, coords: Tensor) -> Tensor:
        """One video: (F, H, W, 3) -> (F, H, W, 3)."""
        return self.evaluate(coords[None], {"modulation": self.modulation[None]})[0]

    def evaluate(self, coords: Tensor, weights: Tensors) -> Tensor:
        """Many videos, as one batch of frames: (B|1, F, H, W, 3) -> (B, F, H, W, 3)."""
        t = coords[:, :, 0, 0, 0]
        pairs = self._films(rows_at(weights["modulation"], t))
        hidden = self._encode(t)
        for layer in self.layers:
            scale, shift = next(pairs)
            hidden = F.gelu(layer(hidden) * (1 + scale) + shift)
        count, frames = hidden.shape[:2]
        maps = F.gelu(self.last(hidden)).flatten(0, 1).unflatten(1, self._maps)
        films = [(scale.flatten(0, 1), shift.flatten(0, 1)) for scale, shift in pairs]
        maps = maps.contiguous(memory_format=torch.channels_last)  # faster on a CPU
        painted = self.decoder(maps, films)
        places = coords[:, 0] if len(coords) == 1 else coords.flatten(0, 1)
        video: Tensor = pixels_at(painted, places).unflatten(0, (count, frames))
        return video

    def _films(self, modulation: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
        """(B, F, M) -> (scale, shift) of one layer after another, each (B, F, features)."""
        parts = modulation.split(self._parts, -1)
        return zip(parts[::2], parts[1::2], strict=True)
