"""What NeRV and HNeRV have in common: blocks of convolution, PixelShuffle and GELU, from feature maps to frames."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor, nn

from inrkit import Shape
from inrkit_nerv.layers import Conv
from inrkit_nerv.options import DecoderOptions

SMALLEST = 8
"""Feature maps are halved until their smaller side is no longer than that."""


class Decoder(nn.Module):
    """(N, channels, h, w) -> (N, 3, H, W), linear and not clamped.

    Sizes need not be multiples of the strides: it makes frames a little larger and cuts them, so that each of its
    pixels is a pixel of the training clips.

    Attributes:
        size: (h, w) of the feature maps that it starts from.
        channels: Of these maps, then of those that each block makes.
    """

    def __init__(self, config: DecoderOptions, clip_shape: Shape) -> None:
        super().__init__()
        _, self._height, self._width = clip_shape
        self.strides = halvings(self._height, self._width, config.head) if config.strides is None else config.strides
        self._head = config.head
        whole = math.prod(self.strides) * config.head
        self.size = (math.ceil(self._height / whole), math.ceil(self._width / whole))
        self.channels = [max(3, round(config.width / config.reduce**i)) for i in range(len(self.strides) + 1)]
        self.blocks = nn.ModuleList(
            Conv(self.channels[i], self.channels[i + 1] * stride**2) for i, stride in enumerate(self.strides)
        )
        self.head = Conv(self.channels[-1], 3 * config.head**2, gain=0.5)

    def forward(self, maps: Tensor, films: Sequence[tuple[Tensor, Tensor]] | None = None) -> Tensor:
        """Frames.

        Args:
            maps: (N, channels[0], *size).
            films: For each block and the head (scale, shift), each (N, channels), by which the maps that it is given
                are changed (FiLM, Perez et al., AAAI 2018): maps * (1 + scale) + shift.
        """
        for i, (block, stride) in enumerate(zip(self.blocks, self.strides, strict=True)):
            maps = F.gelu(F.pixel_shuffle(block(_changed(maps, films, i)), stride))
        return self._cut(F.pixel_shuffle(self.head(_changed(maps, films, len(self.blocks))), self._head))

    def _cut(self, frames: Tensor) -> Tensor:
        """The middle (N, 3, H, W) of larger frames."""
        top, left = (frames.shape[-2] - self._height) // 2, (frames.shape[-1] - self._width) // 2
        return frames[..., top : top + self._height, left : left + self._width]


def _changed(maps: Tensor, films: Sequence[tuple[Tensor, Tensor]] | None, i: int) -> Tensor:
    if films is None:
        return maps
    scale, shift = (value[..., None, None] for value in films[i])
    return maps * (1 + scale) + shift


def halvings(height: int, width: int, head: int = 1) -> list[int]:
    """Strides of 2, as many as bring the smaller side down to :data:`SMALLEST`, where `head` does its part.

    >>> halvings(64, 64)
    [2, 2, 2]
    """
    return [2] * max(0, math.ceil(math.log2(min(height, width) / head / SMALLEST)))
