"""INR-V's primary network: NeRF positional encoding (Mildenhall et al., ECCV 2020) and a ReLU MLP."""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import Tensor, nn

from inrkit import INR, Spec, Tensors
from inrkit_inrv.options import NerfMLPOptions


class NerfMLP(INR):
    """(t, y, x) -> encoding -> MLP with `layers` hidden-to-hidden layers -> rgb; all its weights are per video.

    The output is linear and not clamped. Initialised as the official code: Kaiming-normal weights
    (fan in, ReLU gain), biases as ``nn.Linear``.
    """

    def __init__(self, config: NerfMLPOptions, spec: Spec) -> None:
        super().__init__()
        self._encode = Encoding(config.frequencies, config.time_frequencies)
        sizes = [self._encode.features, *[config.width] * (config.layers + 1), 3]
        self.net = nn.ModuleList(nn.Linear(i, o) for i, o in pairwise(sizes))
        for layer in self.net:
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")  # type: ignore[arg-type]
        self.per_video("net")

    def forward(self, coords: Tensor) -> Tensor:
        """One video: (N, 3) -> (N, 3)."""
        hidden = self._encode(coords)
        for layer in self.net[:-1]:
            hidden = layer(hidden).relu()
        rgb: Tensor = self.net[-1](hidden)
        return rgb

    def evaluate(self, coords: Tensor, weights: Tensors) -> Tensor:
        """Many videos, as batched matrix products: (B|1, N, 3) -> (B, N, 3)."""
        encoded = self._encode(coords)
        hidden: Tensor = encoded.expand(len(weights["net.0.bias"]), -1, -1)
        last = len(self.net) - 1
        for i in range(last + 1):
            bias, weight = weights[f"net.{i}.bias"].unsqueeze(1), weights[f"net.{i}.weight"].transpose(1, 2)
            hidden = torch.baddbmm(bias, hidden.to(weight.dtype), weight)
            hidden = hidden.relu_() if i < last else hidden
        return hidden


class Encoding(nn.Module):
    """c -> (c, sin(2^i pi c), cos(2^i pi c)), in the official code's order of features.

    The raw (t, y, x) come first; then, octave by octave, sin and cos of t, of y, of x. An axis with fewer octaves is
    left out of the later ones.
    """

    _axis: Tensor
    _scale: Tensor

    def __init__(self, frequencies: int, time_frequencies: int) -> None:
        super().__init__()
        octaves = [time_frequencies, frequencies, frequencies]
        pairs = [(i, axis) for i in range(max(octaves)) for axis in range(3) if i < octaves[axis]]
        self.features = 3 + 2 * len(pairs)
        self.register_buffer("_axis", torch.tensor([axis for _, axis in pairs], dtype=torch.long), persistent=False)
        self.register_buffer("_scale", torch.tensor([math.pi * 2.0**i for i, _ in pairs]), persistent=False)

    def forward(self, coords: Tensor) -> Tensor:
        """(..., 3) -> (..., features), float32."""
        phase = coords.float()[..., self._axis] * self._scale
        waves = torch.stack((phase.sin(), phase.cos()), -1).flatten(-2)
        return torch.cat((coords, waves), -1)
