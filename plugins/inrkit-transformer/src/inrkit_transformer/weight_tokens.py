"""A transformer from latents to modulations: Trans-INR (ECCV 2022), instance pattern composers (CVPR 2023)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from inrkit import HyperNetwork, Spec, Tensors
from inrkit_transformer.attention import Block
from inrkit_transformer.modulation import Modulated
from inrkit_transformer.options import TransformerOptions


class WeightTokens(HyperNetwork):
    """Tokens of latents and learned tokens of weights attend to each other; each of the latter writes one row.

    A latent (n, d) is n tokens, one of each frame likewise; any other is cut into `latent_tokens`, by a linear map for
    each. A weight token becomes one row of the numbers that modulate a tensor (see ``modulation``), by a linear map of
    that tensor's own: with a rank as large as a layer, as in the papers, one row of its matrix.
    """

    def __init__(self, config: TransformerOptions, spec: Spec) -> None:
        super().__init__()
        parts = [Modulated(weight, config) for weight in spec.weights.values()]
        self.parts, self._names = nn.ModuleList(parts), list(spec.weights)
        self._rows = [part.rows for part in parts]
        self.inputs = nn.ModuleList(Tokens(shape, spec.clip_shape[0], config) for shape in spec.latents.values())
        self.tokens = nn.Parameter(torch.randn(sum(self._rows), config.width))
        self.blocks = nn.Sequential(*(Block(config.width, config.heads) for _ in range(config.depth)))
        self.norm = nn.LayerNorm(config.width)
        heads = [nn.Linear(config.width, part.columns) for part in parts]
        self.heads = nn.ModuleList(heads)
        for head in heads:
            nn.init.normal_(head.weight, std=config.deviation / math.sqrt(config.width))
            nn.init.zeros_(head.bias)

    def forward(self, latents: Tensors) -> Tensors:
        """Name to (B, *shape)."""
        given = torch.cat([tokens(z) for tokens, z in zip(self.inputs, latents.values(), strict=True)], 1)
        tokens = torch.cat([given, self.tokens.expand(len(given), -1, -1)], 1)
        made = self.norm(self.blocks(tokens)[:, given.shape[1] :]).split(self._rows, 1)
        each = zip(self._names, self.parts, self.heads, made, strict=True)
        return {name: part(head(own)) for name, part, head, own in each}


class Tokens(nn.Module):
    """One latent as tokens: (B, *shape) -> (B, n, width)."""

    def __init__(self, shape: tuple[int | None, ...], frames: int, config: TransformerOptions) -> None:
        super().__init__()
        sizes = [frames if n is None else n for n in shape]
        self._apart = len(sizes) > 1
        count = sizes[0] if self._apart else config.latent_tokens
        self._count = count
        outputs = config.width if self._apart else count * config.width
        self.map = nn.Linear(math.prod(sizes[1:]) if self._apart else math.prod(sizes), outputs)
        self.places = nn.Parameter(torch.randn(count, config.width))

    def forward(self, z: Tensor) -> Tensor:
        """Each a linear map of the latent, or of its part of it, and a learned place."""
        made: Tensor = self.map(z.flatten(2)) if self._apart else self.map(z.flatten(1)).unflatten(1, (self._count, -1))
        return made + self.places
