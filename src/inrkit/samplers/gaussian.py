"""A normal distribution with the mean and the covariance of the training latents."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from inrkit.interfaces import Sampler, Tensors
from inrkit.samplers.flat import Flat, normal
from inrkit.samplers.options import GaussianOptions


class Gaussian(Sampler):
    """Latents from N(mean, covariance) of the training latents, all names of a video drawn together.

    Fewer clips than numbers in a latent leave most correlations unknown. They are then shrunk towards none, by the
    oracle approximating shrinkage of Chen, Wiesel, Eldar and Hero (IEEE Trans. Signal Processing, 2010). No matrix of
    D x D is ever made: a random mixture of N centred rows has just their covariance.
    """

    def __init__(self, config: GaussianOptions | None = None) -> None:
        self._shrink = (config or GaussianOptions()).shrink

    def fit(self, latents: Tensors) -> None:
        """Measure the training latents: name to (N, *shape), N at least 2."""
        self._flat = Flat(latents, "gaussian")
        count, size = self._flat.rows.shape
        known = 0.0 if count > size else shrinkage(self._flat.rows)
        self.shrunk = known if self._shrink is None else self._shrink

    def sample(self, n: int, generator: torch.Generator) -> Tensors:
        """`n` latents by :meth:`fit`'s mean and covariance."""
        rows = self._flat.rows
        count, size = rows.shape
        alike = normal(n, count, generator) @ rows / math.sqrt(count - 1)
        apart = normal(n, size, generator)
        return self._flat.back(math.sqrt(1 - self.shrunk) * alike + math.sqrt(self.shrunk) * apart)


def shrinkage(rows: Tensor) -> float:
    """How far the covariance of centred rows (N, D) should be shrunk towards a multiple of the identity, in [0, 1]."""
    count, size = rows.shape
    gram = rows @ rows.T / count  # its trace, and that of its square, are those of the covariance
    trace, square = float(gram.trace()), float(gram.square().sum())
    above = (1 - 2 / size) * square + trace**2
    below = (count + 1 - 2 / size) * (square - trace**2 / size)
    return min(1.0, above / below) if below > 0 else 1.0
