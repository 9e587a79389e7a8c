"""A transformer's block: attention and an MLP, each behind a norm (Vaswani et al., 2017; pre-norm as in ViT)."""

from __future__ import annotations

import math

from torch import Tensor, nn

from inrkit import BadInput


class Block(nn.Module):
    """Tokens to tokens: (B, n, width) -> (B, n, width).

    Attention is written out, not fused, so that it has second derivatives on every device: encoders that find latents
    by gradient steps train through it.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        if width % heads:
            raise BadInput(
                f"width {width} is no multiple of {heads} attention heads", "Choose them so: -o encoder.width=64"
            )
        self._heads = heads
        self.norm, self.norm_mlp = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, tokens: Tensor) -> Tensor:
        """One block."""
        tokens = tokens + self.out(self._attend(self.qkv(self.norm(tokens))))
        mixed: Tensor = tokens + self.mlp(self.norm_mlp(tokens))
        return mixed

    def _attend(self, qkv: Tensor) -> Tensor:
        q, k, v = qkv.unflatten(-1, (3, self._heads, -1)).permute(2, 0, 3, 1, 4)  # each (B, heads, n, width / heads)
        weight = (q @ k.mT / math.sqrt(q.shape[-1])).softmax(-1)
        mixed: Tensor = (weight @ v).transpose(1, 2).flatten(2)
        return mixed
