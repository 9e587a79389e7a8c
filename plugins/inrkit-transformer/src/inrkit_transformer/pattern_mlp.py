"""One coordinate MLP for all videos, an early layer of which is a video's own (instance pattern composers, 2023)."""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import Tensor, nn

from inrkit import INR, Spec, Tensors
from inrkit_transformer.options import PatternMLPOptions


class PatternMLP(INR):
    """(t, y, x) -> waves -> ReLU layers -> linear -> rgb, not clamped; one layer is composed of a video's patterns.

    The second layer is ``relu(compose @ patterns @ h + b)``: `patterns` are one video's, all else is shared (Kim et
    al., "Generalizable Implicit Neural Representations via Instance Pattern Composers"). The waves are octaves below
    the Nyquist frequency of the training clips, for nothing holds a video between its pixels above it.

    Per video: "patterns" (patterns, width); with `own` all layers too, for a video that has no others to share with.
    """

    _scale: Tensor
    _axis: Tensor

    def __init__(self, config: PatternMLPOptions, spec: Spec) -> None:
        super().__init__()
        waves = [(axis, octave) for axis, n in enumerate(spec.clip_shape) for octave in range(octaves(n))]
        self.register_buffer("_axis", torch.tensor([axis for axis, _ in waves], dtype=torch.long), persistent=False)
        self.register_buffer("_scale", torch.tensor([math.pi * 2.0**i for _, i in waves]), persistent=False)
        self.first = nn.Linear(3 + 2 * len(waves), config.width)
        self.compose = nn.Linear(config.patterns, config.width)
        sizes = [*[config.width] * (config.layers + 1), 3]
        self.rest = nn.ModuleList(nn.Linear(i, o) for i, o in pairwise(sizes))
        for layer in (self.first, self.compose, *self.rest):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        self.patterns = nn.Parameter(torch.randn(config.patterns, config.width) / math.sqrt(config.width))
        for name in ("patterns", *(("first", "compose", "rest") if config.own else ())):
            self.per_video(name)
        self._own = config.own

    def forward(self, coords: Tensor) -> Tensor:
        """One video: (N, 3) -> (N, 3)."""
        return self._paint(coords, self.patterns)

    def evaluate(self, coords: Tensor, weights: Tensors) -> Tensor:
        """Many videos: (B|1, N, 3) -> (B, N, 3). Where they share coordinates, the first layer is computed once."""
        return super().evaluate(coords, weights) if self._own else self._paint(coords, weights["patterns"])

    def _paint(self, coords: Tensor, patterns: Tensor) -> Tensor:
        """(..., N, 3) and (..., patterns, width) -> (..., N, 3)."""
        hidden = self.first(self._encode(coords)).relu_()
        own = self.compose.weight @ patterns
        hidden = (hidden @ own.mT + self.compose.bias).relu_()
        for layer in self.rest[:-1]:
            hidden = layer(hidden).relu_()
        rgb: Tensor = self.rest[-1](hidden)
        return rgb

    def _encode(self, coords: Tensor) -> Tensor:
        phase = coords[..., self._axis] * self._scale
        return torch.cat((coords, phase.sin(), phase.cos()), -1)


def octaves(samples: int) -> int:
    """How many of the waves sin(2^i pi c) turn by half at most from one of `samples` in [-1, 1] to the next."""
    return max(0, math.floor(math.log2((samples - 1) / 2)) + 1) if samples > 2 else 0
