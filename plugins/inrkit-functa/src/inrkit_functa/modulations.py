"""From latents to modulations by one linear map (functa, ICML 2022, section 3.2: latent modulations)."""

from __future__ import annotations

import math

from torch import Tensor, nn

from inrkit import BadInput, HyperNetwork, Spec, Tensors
from inrkit_functa.options import ModulationsOptions


class Modulations(HyperNetwork):
    """Each weight of a video is the INR's own initialisation plus a linear map of every latent.

    A latent of each frame, of shape (None, n), is mapped frame by frame, to weights of the shape (1, ...): those get
    one entry per frame.
    """

    def __init__(self, config: ModulationsOptions, spec: Spec) -> None:
        super().__init__()
        self._shapes = {name: tuple(weight.shape) for name, weight in spec.weights.items()}
        self._framed = {name for name, shape in spec.latents.items() if None in shape}
        fixed = [name for name, shape in self._shapes.items() if shape[0] != 1]
        if self._framed and len(fixed) == len(self._shapes):
            raise BadInput(
                "modulations: there is a latent for each frame, and nothing of the INR differs per frame",
                "Choose an INR that has weights per frame: -o inr.per_frame=true with modulated-siren.",
            )
        self.maps = nn.ModuleDict(
            {
                f"{_key(name)}:{latent}": _linear(shape, weight.numel(), config)
                for name, weight in spec.weights.items()
                for latent, shape in spec.latents.items()
                if not (latent in self._framed and name in fixed)
            }
        )
        self.base = nn.ParameterDict(
            {_key(name): nn.Parameter(weight.clone()) for name, weight in spec.weights.items()}
        )

    def forward(self, latents: Tensors) -> Tensors:
        """Name to (B, *shape), or (B, F, *shape[1:]) where it differs per frame."""
        return {name: self._made(name, latents) for name in self._shapes}

    def _made(self, name: str, latents: Tensors) -> Tensor:
        shape = self._shapes[name]
        value: Tensor = self.base[_key(name)]
        for latent, z in latents.items():
            key = f"{_key(name)}:{latent}"
            if key not in self.maps:
                continue
            framed = latent in self._framed
            made = self.maps[key](z.flatten(2 if framed else 1))
            value = value + made.view(*made.shape[:-1], *(shape[1:] if framed else shape))
        return value


def _key(name: str) -> str:
    """A name as modules may have it."""
    return name.replace(".", "/")


def _linear(shape: tuple[int | None, ...], size: int, config: ModulationsOptions) -> nn.Linear:
    inputs = math.prod(n for n in shape if n is not None)
    layer = nn.Linear(inputs, size, bias=False)
    nn.init.normal_(layer.weight, std=config.deviation / math.sqrt(inputs))
    return layer
