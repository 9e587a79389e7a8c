"""INR-V's hypernetwork: a separate ReLU MLP for each weight tensor of the INR."""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import Tensor, nn

from inrkit import HyperNetwork, Spec, Tensors
from inrkit_inrv.options import MLPHeadsOptions

DEVIATION = 0.1
"""With init "inr": how far the first videos' weights deviate from the INR's own initialisation, relative to it."""


class MLPHeads(HyperNetwork):
    """z -> (width -> width) * layers -> one weight tensor, once per tensor.

    The heads have equal hidden layers, so those are kept stacked, (heads, out, in), and computed together.
    """

    def __init__(self, config: MLPHeadsOptions, spec: Spec) -> None:
        super().__init__()
        self._shapes = {name: tuple(weight.shape) for name, weight in spec.weights.items()}
        latent = sum(math.prod(n or 1 for n in shape) for shape in spec.latents.values())
        heads, sizes = len(self._shapes), [latent, *[config.width] * (config.layers + 1)]
        self.hidden = nn.ModuleList(Stacked(heads, i, o) for i, o in pairwise(sizes))
        self.last = nn.ModuleList(nn.Linear(config.width, math.prod(shape)) for shape in self._shapes.values())
        for layer, weight in zip(self.last, spec.weights.values(), strict=True):
            _start(layer, weight, config)  # type: ignore[arg-type]

    def forward(self, latents: Tensors) -> Tensors:
        """Name to (B, *shape), in the order of the INR's tensors."""
        z = torch.cat([value.flatten(1) for value in latents.values()], 1)
        hidden = z.expand(len(self._shapes), -1, -1)
        for layer in self.hidden:
            hidden = layer(hidden).relu()
        return {
            name: last(hidden[i]).view(-1, *shape)
            for i, (last, (name, shape)) in enumerate(zip(self.last, self._shapes.items(), strict=True))
        }


class Stacked(nn.Module):
    """`heads` linear layers side by side: (heads, B, inputs) -> (heads, B, outputs).

    Weights are Kaiming-normal (fan in, ReLU gain), biases as ``nn.Linear``.
    """

    def __init__(self, heads: int, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(heads, outputs, inputs) * math.sqrt(2 / inputs))
        self.bias = nn.Parameter((torch.rand(heads, outputs) * 2 - 1) / math.sqrt(inputs))

    def forward(self, inputs: Tensor) -> Tensor:
        """One layer of every head."""
        return torch.baddbmm(self.bias.unsqueeze(1), inputs, self.weight.transpose(1, 2))


@torch.no_grad()
def _start(layer: nn.Linear, weight: Tensor, config: MLPHeadsOptions) -> None:
    """The last layer of the head that makes a tensor like `weight`."""
    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    if config.init == "official":
        layer.weight.div_(10)
        return
    scale = weight.std() if weight.numel() > 1 else weight.abs().max()
    layer.weight.mul_(DEVIATION * float(scale))
    layer.bias.copy_(weight.flatten())
