"""Random Fourier features (Tancik et al., "Fourier Features Let Networks Learn High Frequency Functions")."""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import Tensor, nn

from inrkit import INR, Spec, Tensors
from inrkit_siren.options import FourierOptions

SHARE = 1 / 32
"""The standard deviation of frequencies over the samples of an axis, by default: most waves take 16 samples or more."""


class Fourier(INR):
    """(t, y, x) -> sines and cosines of random waves -> ReLU MLP with `layers` hidden-to-hidden layers -> rgb.

    The waves are drawn once, from a normal distribution; they are the same for all videos, are not trained, and are
    saved with the run. The MLP is per video, begins Kaiming-normal, and its output is linear and not clamped.
    """

    waves: Tensor

    def __init__(self, config: FourierOptions, spec: Spec) -> None:
        super().__init__()
        self.register_buffer("waves", torch.randn(3, config.features) * _deviations(config, spec))
        sizes = [2 * config.features, *[config.width] * (config.layers + 1), 3]
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
        hidden = self._encode(coords).expand(len(weights["net.0.bias"]), -1, -1)
        last = len(self.net) - 1
        for i in range(last + 1):
            bias, weight = weights[f"net.{i}.bias"].unsqueeze(1), weights[f"net.{i}.weight"].transpose(1, 2)
            hidden = torch.baddbmm(bias, hidden.to(weight.dtype), weight)
            hidden = hidden.relu_() if i < last else hidden
        return hidden

    def _encode(self, coords: Tensor) -> Tensor:
        """(..., 3) -> (..., 2 * features); from one edge to the other, -1 to 1, a wave of frequency 1 turns once."""
        phase = math.pi * (coords[..., None] * self.waves).sum(-2)
        return torch.cat((phase.sin(), phase.cos()), -1)


def _deviations(config: FourierOptions, spec: Spec) -> Tensor:
    """(3, 1): of the frequencies along t, y and x."""
    frames, height, width = spec.clip_shape
    time = config.scale_time or SHARE * frames
    space = [config.scale or SHARE * samples for samples in (height, width)]
    return torch.tensor([time, *space])[:, None]
