"""What makes latents plausible before anything was seen: where training latents live, and what a neighbour has."""

from __future__ import annotations

from functools import cached_property

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


class Around:
    """That latents stay near where their search began, and the nearer the better that explains what was seen.

    Distances are measured in the spread of the training latents (Mahalanobis, their covariance, in directions they do
    not know a hundredth of the mean variance). A start that leaves much unexplained may well be far off, so what a
    distance costs is divided by what the start leaves.

    Args:
        model: Of the latents.
        begin: Name to (B, *shape).
        left: (B,) the loss of `begin` on all that was seen.
    """

    def __init__(self, model: VideoModel, begin: Tensors, left: Tensor) -> None:
        self.model, self.begin, self.left = model, begin, left.clamp_min(1e-6)

    @cached_property
    def axes(self) -> dict[str, tuple[Tensor, Tensor, Tensor]]:
        """Name to the directions in which training latents differ, and by how much."""
        return {name: _principal(self.model, name, begin[0].numel()) for name, begin in self.begin.items()}

    def cost(self, latents: Tensors) -> Tensor:
        """(B,): the mean square of the distances, over the loss of the start."""
        terms = []
        for name, value in latents.items():
            moved = (value - self.begin[name]).flatten(1)
            axes, variance, rest = self.axes[name]
            along = (moved @ axes).square()
            beside = moved.square().sum(1) - along.sum(1)
            terms.append(((along / (variance + rest)).sum(1) + beside / rest) / moved.shape[1])
        return torch.stack(terms).mean(0) / self.left


def _principal(model: VideoModel, name: str, size: int) -> tuple[Tensor, Tensor, Tensor]:
    """(directions in which training latents differ, (D, K); their variances, (K,); the variance of any other, ())."""
    known = model.latents.get(name)
    if known is None or len(known) < 2:
        rest = spread(model, name).square()
        return rest.new_zeros(size, 0), rest.new_zeros(0), rest
    apart = (known.float() - known.float().mean(0)).flatten(1)
    _, scale, axes = torch.linalg.svd(apart, full_matrices=False)
    variance = scale.square() / (len(known) - 1)
    return axes.T, variance, (0.01 * variance.sum() / apart.shape[1]).clamp_min(1e-12)


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
