"""Low-rank modulations of any INR by a small MLP: cheap, and hardly worse than making all weights."""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import nn

from inrkit import HyperNetwork, Spec, Tensors
from inrkit_transformer.modulation import Modulated
from inrkit_transformer.options import LowRankOptions


class LowRank(HyperNetwork):
    """All latents side by side -> hidden layers -> linear -> the modulations of all tensors."""

    def __init__(self, config: LowRankOptions, spec: Spec) -> None:
        super().__init__()
        frames = spec.clip_shape[0]
        latent = sum(math.prod(frames if n is None else n for n in shape) for shape in spec.latents.values())
        sizes = [latent, *[config.width] * config.layers]
        self.hidden = nn.Sequential(*(layer for i, o in pairwise(sizes) for layer in (nn.Linear(i, o), nn.ReLU())))
        parts = [Modulated(weight, config) for weight in spec.weights.values()]
        self.parts, self._names = nn.ModuleList(parts), list(spec.weights)
        self._numbers = [(part.rows, part.columns) for part in parts]
        self._sizes = [rows * columns for rows, columns in self._numbers]
        self.last = nn.Linear(sizes[-1], sum(self._sizes))
        with torch.no_grad():
            self.last.weight.normal_(std=config.deviation / math.sqrt(sizes[-1]))
            self.last.bias.zero_()

    def forward(self, latents: Tensors) -> Tensors:
        """Name to (B, *shape)."""
        z = torch.cat([value.flatten(1) for value in latents.values()], 1)
        numbers = self.last(self.hidden(z)).split(self._sizes, 1)
        each = zip(self._names, self.parts, numbers, self._numbers, strict=True)
        return {name: part(own.unflatten(1, shape)) for name, part, own, shape in each}
