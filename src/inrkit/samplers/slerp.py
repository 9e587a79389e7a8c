"""Spherical interpolation between latents (Shoemake, SIGGRAPH 1985), and INR-V's sampler, which draws from it."""

from __future__ import annotations

import torch
from torch import Tensor

from inrkit.interfaces import Sampler, Tensors
from inrkit.samplers.options import SlerpOptions

STEPS = 50
"""INR-V takes one of this many points between two training codes."""

FLAT = 1e-3
"""Below this sine two latents count as (anti)parallel; rounding a cosine to float32 alone makes one of 0.0004."""


def slerp(a: Tensor, b: Tensor, amount: Tensor) -> Tensor:
    """From `a` to `b` along the great circle; in a straight line where they are (anti)parallel or zero.

    Args:
        a, b: (B, *shape).
        amount: (B,) in [0, 1].

    Returns:
        (B, *shape); a at 0, b at 1.
    """
    x, y = a.flatten(1), b.flatten(1)
    t = amount[:, None]
    norms = x.norm(dim=1, keepdim=True) * y.norm(dim=1, keepdim=True)
    cosine = ((x * y).sum(1, keepdim=True) / norms.clamp_min(1e-12)).clamp(-1, 1)
    angle = cosine.acos()
    sine = angle.sin()
    round_way = (((1 - t) * angle).sin() * x + (t * angle).sin() * y) / sine.clamp_min(FLAT)
    return torch.where((sine > FLAT) & (norms > 0), round_way, torch.lerp(x, y, t)).reshape(a.shape)


class Slerp(Sampler):
    """Points between two random training latents. End points would be training videos: only if asked for."""

    def __init__(self, config: SlerpOptions | None = None) -> None:
        self._inner = 0 if config and config.ends else 1

    def fit(self, latents: Tensors) -> None:
        """Keep the training latents: name to (N, *shape), N at least 2."""
        self._latents = latents

    def sample(self, n: int, generator: torch.Generator) -> Tensors:
        """`n` latents, each at one of the points between two different training latents."""
        count = len(next(iter(self._latents.values())))
        if count < 2:
            raise ValueError("slerp needs the latents of at least two training clips")
        first = torch.randint(count, (n,), generator=generator)
        second = (first + torch.randint(1, count, (n,), generator=generator)) % count
        amount = torch.randint(self._inner, STEPS - self._inner, (n,), generator=generator) / (STEPS - 1)
        return {name: slerp(z[first], z[second], amount.to(z)) for name, z in self._latents.items()}
