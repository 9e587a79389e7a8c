"""HNeRV's content-adaptive embeddings: each made from its frame by a small convolutional network."""

from __future__ import annotations

import math
from itertools import pairwise

import torch.nn.functional as F
from torch import nn

from inrkit import ClipBatch, Decode, Encoder, Spec, Tensors
from inrkit_nerv.decoder import halvings
from inrkit_nerv.layers import Conv
from inrkit_nerv.options import FrameEncoderOptions

PATCH = 4
"""It looks at squares of so many pixels first: all frames of all clips are encoded in every step."""


class FrameEncoder(Encoder):
    """(3, H, W) -> channels -> halved again and again -> (channels, h, w). Latents: ``{"embedding": (None, c, h, w)}``.

    The INR says what its embeddings are like (``hnerv``); for another one they are of the size that ``hnerv`` would
    have by default. The paper's ConvNeXt blocks are plain convolutions here.
    """

    def __init__(self, config: FrameEncoderOptions, spec: Spec) -> None:
        super().__init__()
        _, height, width = spec.clip_shape
        halves = halvings(height, width)
        known = spec.weights.get("embedding")
        whole = math.prod(halves)
        default = (config.channels, math.ceil(height / whole), math.ceil(width / whole))
        channels, *size = default if known is None or known.ndim != 4 else known.shape[1:]
        self._size = (size[0], size[1])
        self.latents = {"embedding": (None, channels, *self._size)}
        widths = [3 * PATCH**2, *[config.width] * max(1, len(halves) - 2)]
        self.layers = nn.ModuleList(Conv(i, o) for i, o in pairwise(widths))
        self.last = Conv(config.width, channels, gain=1.0)

    def forward(self, clips: ClipBatch, decode: Decode) -> Tensors:
        """(B, T, channels, h, w) of all frames."""
        frames = clips.frames.flatten(0, 1).movedim(-1, 1)
        below, right = (-length % PATCH for length in frames.shape[2:])
        maps = F.pixel_unshuffle(F.pad(frames, (0, right, 0, below), mode="replicate"), PATCH)
        for layer in self.layers:
            maps = F.avg_pool2d(F.gelu(layer(maps)), 2, ceil_mode=True)
        maps = F.adaptive_avg_pool2d(maps, self._size)
        return {"embedding": self.last(maps).unflatten(0, (len(clips), -1))}
