"""From latents to modulations, or to any few weights."""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import Tensor, nn

from inrkit import HyperNetwork, Spec, Tensors
from inrkit_nerv.layers import SPEED, Linear
from inrkit_nerv.options import ModulationOptions


class Modulation(HyperNetwork):
    """The INR's own initialisation, plus a linear map (or an MLP) of the latents.

    Latents that have an entry per frame make weights that have one: they go with weights of one row, which stands for
    all frames, as in ``nerv-shared``.

    Raises:
        ValueError: There are latents of frames, and weights of another kind.
    """

    def __init__(self, config: ModulationOptions, spec: Spec) -> None:
        super().__init__()
        self._shapes = {name: tuple(weight.shape) for name, weight in spec.weights.items()}
        self._of_clip = [name for name, shape in spec.latents.items() if None not in shape]
        self._of_frames = [name for name, shape in spec.latents.items() if None in shape]
        if self._of_frames and any(shape[0] != 1 for shape in self._shapes.values()):
            raise ValueError(f"latents {', '.join(self._of_frames)} are of frames, the weights of the INR are not")
        sizes = {name: math.prod(n or 1 for n in shape) for name, shape in spec.latents.items()}
        outputs = sum(weight.numel() for weight in spec.weights.values())
        self.base = nn.Parameter(torch.cat([weight.detach().flatten() for weight in spec.weights.values()]) / SPEED)
        self.clip, self.frames = (
            _mlp(sum(sizes[name] for name in names), outputs, config) for names in (self._of_clip, self._of_frames)
        )

    def forward(self, latents: Tensors) -> Tensors:
        """Name to (B, *shape); with latents of frames to (B, T, *shape[1:])."""
        made = self.base[None, None] * SPEED
        if self._of_clip:
            made = made + self.clip(torch.cat([latents[name].flatten(1) for name in self._of_clip], 1))[:, None]
        if self._of_frames:
            made = made + self.frames(torch.cat([latents[name].flatten(2) for name in self._of_frames], 2))
        parts = made.split([math.prod(shape) for shape in self._shapes.values()], -1)
        return {
            name: self._shaped(part, shape) for part, (name, shape) in zip(parts, self._shapes.items(), strict=True)
        }

    def _shaped(self, part: Tensor, shape: tuple[int, ...]) -> Tensor:
        return part.unflatten(-1, shape[1:]) if self._of_frames else part.reshape(-1, *shape)


def _mlp(inputs: int, outputs: int, config: ModulationOptions) -> nn.Module:
    if not inputs:
        return nn.Identity()
    sizes = [inputs, *[config.width] * config.layers, outputs]
    layers = [Linear(i, o, config.deviation if n == 0 else math.sqrt(2)) for n, (i, o) in enumerate(pairwise(sizes))]
    return nn.Sequential(*[each for layer in layers for each in (layer, nn.GELU())][:-1])
