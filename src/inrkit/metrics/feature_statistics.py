"""Count, mean and covariance of features that come bit by bit, in memory that does not grow with them."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor


def _nothing() -> Tensor:
    return torch.zeros(0, dtype=torch.float64)


@dataclass
class FeatureStatistics:
    """What a Fréchet distance needs to know of a set of features, in float64 on the CPU.

    Sets are joined by the update of Chan, Golub and LeVeque (1979), which subtracts no large numbers of one another.

    Attributes:
        count: How many feature vectors there were.
        mean: (D,); empty where there were none.
        scatter: (D, D), the sum of the outer products of what differs from the mean.

    Example:
        >>> statistics = FeatureStatistics.of(torch.tensor([[0.0, 1.0], [2.0, 1.0]]))
        >>> statistics.add(torch.tensor([[4.0, 1.0]]))
        >>> statistics.count, statistics.mean.tolist()
        (3, [2.0, 1.0])
    """

    count: int = 0
    mean: Tensor = field(default_factory=_nothing)
    scatter: Tensor = field(default_factory=_nothing)

    @classmethod
    def of(cls, features: Tensor) -> FeatureStatistics:
        """Of one batch of features, (N, D) of any floating point type and device."""
        if not len(features):
            return cls()
        features = features.detach().cpu().double()  # in turn: some devices have no float64
        mean = features.mean(0)
        centred = features - mean
        return cls(len(features), mean, centred.T @ centred)

    def add(self, features: Tensor) -> None:
        """Take in more features, (N, D)."""
        self.merge(FeatureStatistics.of(features))

    def merge(self, other: FeatureStatistics) -> None:
        """Take in another set, as if its features had come here.

        Raises:
            ValueError: Its features have another length.
        """
        if not other.count:
            return
        if not self.count:
            self.count, self.mean, self.scatter = other.count, other.mean.clone(), other.scatter.clone()
            return
        if self.mean.shape != other.mean.shape:
            raise ValueError(f"features of {len(self.mean)} numbers and of {len(other.mean)}")
        total = self.count + other.count
        apart = other.mean - self.mean
        self.scatter = self.scatter + other.scatter + torch.outer(apart, apart) * (self.count * other.count / total)
        self.mean = self.mean + apart * (other.count / total)
        self.count = total

    @property
    def covariance(self) -> Tensor:
        """(D, D), divided by the count, not by one less: StyleGAN-V does so, and it decides what figures compare to."""
        return self.scatter / self.count
