"""A mixture of normal distributions, by expectation and maximisation (Dempster, Laird & Rubin, 1977)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from inrkit.interfaces import Sampler, Tensors
from inrkit.interfaces.seeds import generator as seeded
from inrkit.samplers.flat import Flat, normal
from inrkit.samplers.options import GmmOptions

MOST = 8
"""Components that BIC chooses among."""

FLOOR = 0.01
"""Of every variance of a component, of that of all clips: else it could close in on a single training video."""

ENOUGH = 1e-6
"""Growth of the mean log-likelihood below which the search ends."""


@dataclass
class Mixture:
    """K normal distributions, each with a variance for each of d directions.

    Attributes:
        shares: (K,), summing to 1.
        means, variances: (K, d).
        likelihood: The log-likelihood of what it was fitted to, all of it together.
    """

    shares: Tensor
    means: Tensor
    variances: Tensor
    likelihood: float = -math.inf

    def scores(self, rows: Tensor) -> Tensor:
        """(N, K): the log of each component's share times its density at each of `rows` (N, d)."""
        near = self.means / self.variances
        apart = rows.square() @ self.variances.reciprocal().T - 2 * rows @ near.T + (self.means * near).sum(1)
        volume = (2 * math.pi * self.variances).log().sum(1)
        return self.shares.log() - 0.5 * (apart + volume)

    def bic(self, count: int) -> float:
        """The Bayesian information criterion (Schwarz, 1978) for `count` rows; less is better."""
        free = 2 * self.means.numel() + len(self.shares) - 1
        return free * math.log(count) - 2 * self.likelihood


class GMM(Sampler):
    """Latents from a mixture, fitted to the training latents in the directions in which they differ most.

    Directions are principal components of all names together, in units of their spread. In all others clips are too
    few to tell components from each other: there it is one normal distribution. The fit begins at training clips far
    from each other (k-means++), always the same ones.
    """

    def __init__(self, config: GmmOptions | None = None) -> None:
        self._options = config or GmmOptions()

    def fit(self, latents: Tensors) -> None:
        """Fit the mixture to the training latents: name to (N, *shape), N at least 2."""
        self._flat = Flat(latents, "gmm")
        count, options = len(self._flat.rows), self._options
        if (options.components or 1) > count:
            raise ValueError(f"{options.components} components are more than the {count} training clips")
        self._directions, rows, main = principal(self._flat.rows, options.keep)
        self._others = rows[:, main:].square().mean(0).sqrt()
        tried = [options.components] if options.components else range(1, 1 + min(MOST, max(1, count // 2)))
        self.mixture = min((fitted(rows[:, :main], k, options.steps) for k in tried), key=lambda each: each.bic(count))

    def sample(self, n: int, generator: torch.Generator) -> Tensors:
        """`n` latents, each from a component drawn by its share."""
        mixture = self.mixture
        which = torch.multinomial(mixture.shares, n, replacement=True, generator=generator)
        noise, rest = (normal(n, size, generator) for size in (mixture.means.shape[1], len(self._others)))
        main = mixture.means[which] + mixture.variances[which].sqrt() * noise
        return self._flat.back(torch.cat([main, self._others * rest], 1) @ self._directions)


def principal(rows: Tensor, keep: float) -> tuple[Tensor, Tensor, int]:
    """(directions (d, D), rows (N, d) along them, how many of the first hold the share `keep` of the variance)."""
    along, sizes, directions = torch.linalg.svd(rows, full_matrices=False)
    held = sizes.square().cumsum(0) / sizes.square().sum().clamp_min(1e-300)
    return directions, along * sizes, min(len(sizes), int((held < keep - 1e-12).sum()) + 1)


def fitted(rows: Tensor, components: int, steps: int) -> Mixture:
    """The mixture of so many components that expectation and maximisation find for `rows` (N, d)."""
    floor = (FLOOR * rows.var(0, correction=0)).clamp_min(1e-12)
    mixture = begun(rows, components, floor)
    for _ in range(steps):
        scores = mixture.scores(rows)
        likelihood = float(scores.logsumexp(1).sum())
        if likelihood - mixture.likelihood < ENOUGH * len(rows):
            break
        mixture = maximised(rows, scores.softmax(1), floor, likelihood)
    mixture.likelihood = float(mixture.scores(rows).logsumexp(1).sum())
    return mixture


def begun(rows: Tensor, components: int, floor: Tensor) -> Mixture:
    """Means at rows far from each other (k-means++: Arthur & Vassilvitskii, 2007), each as wide as all of them."""
    draw = seeded("gmm", components)
    means = rows[torch.randint(len(rows), (1,), generator=draw)]
    while len(means) < components:
        apart = torch.cdist(rows, means).min(1).values.square()
        chance = apart if apart.sum() > 0 else torch.ones_like(apart)
        means = torch.cat([means, rows[torch.multinomial(chance, 1, generator=draw)]])
    shares = torch.full((components,), 1 / components, dtype=rows.dtype)
    return Mixture(shares, means, rows.var(0, correction=0).maximum(floor).expand(components, -1))


def maximised(rows: Tensor, belongs: Tensor, floor: Tensor, likelihood: float) -> Mixture:
    """The mixture that fits best, given how far each row belongs to each component: (N, K).

    Args:
        floor: (d,), below which no variance falls.
        likelihood: Of the mixture before it.
    """
    weight = belongs.sum(0).clamp_min(1e-12)
    means = belongs.T @ rows / weight[:, None]
    squares = belongs.T @ rows.square() / weight[:, None]
    variances = (squares - means.square()).maximum(floor)
    return Mixture(weight / weight.sum(), means, variances, likelihood)
