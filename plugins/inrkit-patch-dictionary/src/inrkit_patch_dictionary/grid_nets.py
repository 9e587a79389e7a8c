"""From grids of latents to grids of weights: a small convolutional network at the resolution of the patches."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inrkit import BadInput, HyperNetwork, Spec, Tensors
from inrkit_patch_dictionary.options import GridNetsOptions


class GridNets(HyperNetwork):
    """Each weight from the latent of its own name, where both are grids of one size; others linearly from all latents.

    There are some hundred times as many pixels as patches, so that these networks cost next to nothing.
    """

    def __init__(self, config: GridNetsOptions, spec: Spec) -> None:
        super().__init__()
        if config.kernel % 2 == 0:
            raise BadInput(f"grid-nets: the side of filters is odd, not {config.kernel}", "Use 1, 3 or 5.")
        layers = {"still": config.still_layers, "motion": config.motion_layers}
        self._shapes = {name: tuple(weight.shape) for name, weight in spec.weights.items()}
        self._grids = [name for name, shape in self._shapes.items() if _is_grid(shape, spec.latents.get(name, ()))]
        self.base = nn.ParameterDict({_key(name): nn.Parameter(value.clone()) for name, value in spec.weights.items()})
        total = sum(math.prod(n or 1 for n in shape) for shape in spec.latents.values())
        self.maps = nn.ModuleDict()
        for name, shape in self._shapes.items():
            if name in self._grids:
                first = spec.latents[name][0]
                assert first is not None
                kernel = config.kernel if max(shape[1:]) > 1 else 1  # one patch has no neighbours
                self.maps[_key(name)] = _Net(first, shape[0], layers.get(name, 0), kernel)
            else:
                self.maps[_key(name)] = nn.Linear(total, math.prod(shape), bias=False)
                nn.init.normal_(self.maps[_key(name)].weight, std=0.1 / math.sqrt(total))  # type: ignore[arg-type]

    def forward(self, latents: Tensors) -> Tensors:
        """Name to (B, *shape)."""
        return {name: self._made(name, shape, latents) for name, shape in self._shapes.items()}

    def _made(self, name: str, shape: tuple[int, ...], latents: Tensors) -> Tensor:
        base, make = self.base[_key(name)], self.maps[_key(name)]
        if name in self._grids:
            made: Tensor = make(latents[name], base)
        else:
            made = base + make(torch.cat([value.flatten(1) for value in latents.values()], 1)).view(-1, *shape)
        return made


class _Net(nn.Module):
    """(B, inputs, h, w) -> (B, outputs, h, w): a convolution, then residual layers of each patch for itself."""

    def __init__(self, inputs: int, outputs: int, layers: int, kernel: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2)
        self.layers = nn.ModuleList(nn.Conv2d(outputs, outputs, 1) for _ in range(layers))

    def forward(self, latents: Tensor, base: Tensor) -> Tensor:
        """`base` (outputs, h, w) is added after the first layer: it says where in the picture a patch is."""
        hidden: Tensor = self.first(latents) + base
        for layer in self.layers:
            hidden = hidden + layer(F.gelu(hidden))
        return hidden


def _is_grid(weight: tuple[int, ...], latent: tuple[int | None, ...]) -> bool:
    return len(weight) == len(latent) == 3 and None not in latent and weight[1:] == latent[1:]


def _key(name: str) -> str:
    """A name as modules may have it."""
    return name.replace(".", "/")
