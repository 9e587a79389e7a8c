"""What makes latents plausible before anything was seen: where training latents live, and what a neighbour has."""

from __future__ import annotations

import torch
from torch import Tensor

from inrkit.interfaces import Tensors, per_clip
from inrkit.model import VideoModel

UNKNOWN = 0.1
"""The spread of latents of which there are none to know it from."""


def spread(model: VideoModel, name: str) -> Tensor:
    """The standard deviation of the training latents `name`, of one latent's shape; a guess where they are unknown."""
    known = model.latents.get(name)
    if known is None or len(known) < 2:
        return torch.full((), UNKNOWN, device=model.device)
    return known.float().std(0)


def rate(model: VideoModel, name: str) -> float:
    """A fifth of the spread of the training latents: the learning rate of a fit, unless another is asked for."""
    return 0.2 * float(spread(model, name).mean().clamp_min(1e-4))


def far_from_training(model: VideoModel, latents: Tensors) -> Tensor:
    """(B,): the mean square of the distance from the mean training latent, each number in standard deviations."""
    terms = []
    for name, value in latents.items():
        known = model.latents.get(name)
        middle = known.mean(0) if known is not None and len(known) else torch.zeros_like(value[0])
        scale = spread(model, name)
        terms.append(per_clip(((value - middle) / _floored(scale)).square()))
    return torch.stack(terms).mean(0)


def unlike_neighbours(model: VideoModel, latents: Tensors, pairs: Tensor) -> Tensor:
    """(B,): the mean square of the distance between neighbours in standard deviations, each bearing half of it.

    Args:
        model: Of the latents.
        latents: Name to (B, *shape).
        pairs: (P, 2) int64, clips of the batch whose latents should be near.
    """
    total = next(iter(latents.values())).new_zeros(len(next(iter(latents.values()))))
    pairs = pairs.to(total.device)
    for name, value in latents.items():
        apart = ((value[pairs[:, 0]] - value[pairs[:, 1]]) / _floored(spread(model, name))).square()
        half = per_clip(apart) / (2 * len(latents))
        total = total.index_add(0, pairs[:, 0], half).index_add(0, pairs[:, 1], half)
    return total


def _floored(scale: Tensor) -> Tensor:
    """No number so still among the training latents that it could not move at all."""
    return scale.clamp_min(0.1 * float(scale.mean()) + 1e-6)
