"""Layers at an equalised learning rate (Karras et al., ICLR 2018): numbers of one size, scaled where they are used.

Adam moves every number by about its rate, whether it is a code of size 1 or, in a wide layer, a weight of 0.05. Here
all weights are kept at one size, so the rate that suits codes, other INRs and refining suits them too.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SPEED = 8.0
"""Weights and biases are kept as much smaller than they are, and so are learned that much faster."""


class Linear(nn.Module):
    """(..., inputs) -> (..., outputs), the outputs `gain` times as large as the inputs."""

    def __init__(self, inputs: int, outputs: int, gain: float = math.sqrt(2)) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) / SPEED)
        self.bias = nn.Parameter(torch.zeros(outputs))
        self._scale = gain * SPEED / math.sqrt(inputs)

    def forward(self, inputs: Tensor) -> Tensor:
        """The linear map."""
        return F.linear(inputs, self.weight * self._scale, self.bias * SPEED)


class Conv(nn.Module):
    """(N, inputs, H, W) -> (N, outputs, H, W), the outputs `gain` times as large; `kernel` is odd."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 3, gain: float = math.sqrt(2)) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, kernel, kernel) / SPEED)
        self.bias = nn.Parameter(torch.zeros(outputs))
        self._scale = gain * SPEED / math.sqrt(inputs * kernel**2)

    def forward(self, inputs: Tensor) -> Tensor:
        """The convolution; what lies outside is 0."""
        padding = self.weight.shape[-1] // 2
        return F.conv2d(inputs, self.weight * self._scale, self.bias * SPEED, padding=padding)
