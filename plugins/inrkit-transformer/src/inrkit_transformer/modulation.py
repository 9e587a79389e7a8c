"""Weights as one set that all videos share, and a change of low rank for each.

The published ways are of this form: Trans-INR's tokens (Chen & Wang, ECCV 2022), instance pattern composers (Kim et
al., CVPR 2023), and factorised multiplicative modulation (INR-GAN, Skorokhodov et al., CVPR 2021).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from inrkit_transformer.options import ModulationOptions


class Modulated(nn.Module):
    """One tensor of the INR, as (k, n) numbers of each video make it.

    A matrix (o, i), or a convolution's tensor as (o, all else), is changed by a product of rank k: each of k rows holds
    a column of o and a row of i numbers. What is no larger than that is changed itself, as k rows, a vector as one.
    Changes are in units of the tensor's own spread, so that numbers of about one are meant for all tensors.
    """

    unit: Tensor
    relative: Tensor

    def __init__(self, weight: Tensor, config: ModulationOptions) -> None:
        super().__init__()
        matrix = weight.flatten(1) if weight.ndim > 1 else weight.reshape(1, -1)
        outputs, inputs = matrix.shape
        self._matrix, self._shape = (outputs, inputs), tuple(weight.shape)
        self.low = min(outputs, inputs) > config.rank
        self.turned = not self.low and inputs < outputs
        self.rows = config.rank if self.low else min(outputs, inputs)
        self.columns = outputs + inputs if self.low else max(outputs, inputs)
        self.base = nn.Parameter(weight.clone())
        multiply = config.mode == "multiply" and bool(weight.ne(0).any())
        self.register_buffer("unit", torch.tensor(0.0 if multiply else _spread(matrix)))
        self.register_buffer("relative", torch.tensor(float(multiply)))
        if self.low:
            self.down = nn.Parameter(torch.randn(config.rank, inputs))

    def forward(self, numbers: Tensor) -> Tensor:
        """(B, k, n) -> (B, *shape)."""
        change = self._change(numbers).reshape(-1, *self._shape)
        changed: Tensor = self.base + change * (self.unit + self.relative * self.base)
        return changed

    def _change(self, numbers: Tensor) -> Tensor:
        if self.low:
            up, down = numbers.split(self._matrix, -1)
            product: Tensor = up.mT @ (self.down + down) / math.sqrt(self.rows)
            return product
        return numbers.mT if self.turned else numbers


def _spread(matrix: Tensor) -> float:
    """Of its values; of a tensor that begins constant, what would keep the size of what passes."""
    spread = float(matrix.std(correction=0))
    return spread or 1 / math.sqrt(matrix.shape[1])
