"""The smallest components that work: partners for the one that is checked, and what a tiny model is made of."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from inrkit.interfaces import INR, HyperNetwork, Shapes, Spec, Tensors

WIDTH = 16


class TinyINR(INR):
    """Points, through one octave of waves and one hidden layer; all of it per video."""

    def __init__(self, config: object = None, spec: Spec | None = None) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(9, WIDTH), nn.Tanh(), nn.Linear(WIDTH, 3))
        self.per_video("net")

    def forward(self, coords: Tensor) -> Tensor:
        """(N, 3) -> (N, 3)."""
        waves = 3 * coords.float()
        rgb: Tensor = self.net(torch.cat((coords, waves.sin(), waves.cos()), -1))
        return rgb


class TinyHeads(HyperNetwork):
    """All latents, flattened, through one matrix for each weight tensor; it begins at the INR's initialisation."""

    def __init__(self, config: object, spec: Spec) -> None:
        super().__init__()
        size = sum(math.prod(shape) for shape in lengths(spec.latents, spec.clip_shape[0]).values())
        self._shapes = {name: tuple(weight.shape) for name, weight in spec.weights.items()}
        self.heads = nn.ModuleList(nn.Linear(size, weight.numel()) for weight in spec.weights.values())
        for head, weight in zip(self.heads, spec.weights.values(), strict=True):
            assert isinstance(head, nn.Linear)
            nn.init.normal_(head.weight, std=0.3 / math.sqrt(max(1, size)))
            head.bias.data.copy_(weight.flatten())

    def forward(self, latents: Tensors) -> Tensors:
        """Name to (B, *shape)."""
        z = torch.cat([value.flatten(1) for value in latents.values()], 1)
        pairs = zip(self.heads, self._shapes.items(), strict=True)
        return {name: head(z).view(-1, *shape) for head, (name, shape) in pairs}


def lengths(shapes: Shapes, frames: int) -> dict[str, tuple[int, ...]]:
    """`shapes` with None, one entry per frame, as the number of `frames`."""
    return {name: tuple(frames if n is None else n for n in shape) for name, shape in shapes.items()}
