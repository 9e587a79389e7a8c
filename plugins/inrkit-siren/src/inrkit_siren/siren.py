"""SIREN: an MLP of sines (Sitzmann et al., "Implicit Neural Representations with Periodic Activation Functions")."""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import Tensor, nn

from inrkit import INR, Spec, Tensors
from inrkit_siren.options import SirenOptions

W0, ENOUGH = 30.0, 64
"""The paper's frequency, and the samples along an axis from which on it is the default."""


class Siren(INR):
    """(t, y, x) -> sin(w0 (Wx + b)) -> `layers` times sin(w0_hidden (Wx + b)) -> linear -> rgb, not clamped.

    All its weights are per video. Initialised as the paper prescribes, so that every sine is fed a standard normal
    distribution however many layers there are; the phases of the first are spread over a whole turn.
    """

    _axes: Tensor

    def __init__(self, config: SirenOptions, spec: Spec) -> None:
        super().__init__()
        space, time = first_frequencies(config, spec)
        sizes = [3, *[config.width] * (config.layers + 1), 3]
        self.net = nn.ModuleList(nn.Linear(i, o) for i, o in pairwise(sizes))
        self._factors = [space, *[config.w0_hidden] * config.layers, 1.0]
        self.register_buffer("_axes", torch.tensor([time / space, 1.0, 1.0]), persistent=False)
        _start(self.net, self._factors, config.w0_hidden)
        self.per_video("net")

    def forward(self, coords: Tensor) -> Tensor:
        """One video: (N, 3) -> (N, 3)."""
        hidden = coords * self._axes
        for factor, layer in zip(self._factors, self.net[:-1], strict=False):
            hidden = (factor * layer(hidden)).sin()
        rgb: Tensor = self.net[-1](hidden)
        return rgb

    def evaluate(self, coords: Tensor, weights: Tensors) -> Tensor:
        """Many videos, as batched matrix products: (B|1, N, 3) -> (B, N, 3).

        The factors go into the weights, of which there are fewer than there are activations.
        """
        hidden = (coords * self._axes).expand(len(weights["net.0.bias"]), -1, -1)
        last = len(self.net) - 1
        for i, factor in enumerate(self._factors):
            bias, weight = weights[f"net.{i}.bias"].unsqueeze(1), weights[f"net.{i}.weight"].transpose(1, 2)
            hidden = torch.baddbmm(factor * bias, hidden.to(weight.dtype), factor * weight)
            hidden = hidden.sin() if i < last else hidden
        return hidden


def first_frequencies(config: SirenOptions, spec: Spec) -> tuple[float, float]:
    """w0 along y and x, and along t: as asked for, or in proportion to the samples there are to hold it."""
    frames, height, width = spec.clip_shape
    space, time = (W0 * min(1.0, samples / ENOUGH) for samples in (max(height, width), frames))
    return config.w0 or space, config.w0_time or time


@torch.no_grad()
def _start(layers: nn.ModuleList, factors: list[float], hidden: float) -> None:
    """Uniform weights, within 1/n in the first layer and sqrt(6/n) / w0_hidden in all others; biases within 1/sqrt(n).

    Biases are as small as weights are, in units of what their sine is fed; the paper leaves them open.
    """
    for i, layer in enumerate(layers):
        assert isinstance(layer, nn.Linear)
        inputs = layer.in_features
        weight, bias = (1 / inputs, math.pi / factors[0]) if i == 0 else (math.sqrt(6 / inputs), inputs**-0.5)
        scale = 1.0 if i == 0 else hidden
        nn.init.uniform_(layer.weight, -weight / scale, weight / scale)
        nn.init.uniform_(layer.bias, -bias / scale, bias / scale)
