"""How different generated videos are from one another, beside how different real ones are."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from inrkit.errors import BadInput
from inrkit.interfaces import Metric
from inrkit.metrics.sizes import expect_size


class Diversity(Metric):
    """RMS of the difference of two videos over pixels, channels and all pairs of videos, in grey levels.

    The sum over all pairs follows from sums over videos, which are kept as whole numbers: exact, and in memory that
    does not grow with their number.
    """

    paired = False

    def __init__(self, config: object = None) -> None:
        self._sets: dict[str, Sums] = {}

    def update(self, rendered: Tensor | None, truth: Tensor | None, mask: Tensor | None = None) -> None:
        """Take in real videos as `truth`, generated ones as `rendered`: uint8 (B, T, H, W, 3) of one size.

        Raises:
            BadInput: Sizes differ, or there is a mask.
        """
        if mask is not None:
            raise BadInput("diversity compares whole videos, and here some pixels do not count", "Leave it out.")
        for name, videos in (("diversity", rendered), ("diversity-real", truth)):
            if videos is not None:
                for sums in self._sets.values():
                    expect_size("diversity", videos, sums.total.shape)
                self._sets.setdefault(name, Sums(videos.shape[1:], videos.device)).add(videos)

    def compute(self) -> dict[str, Tensor]:
        """{"diversity": ()} and, where real videos came, {"diversity-real": ()}: from 0, all equal, to 255.

        Raises:
            BadInput: One of the two is fewer than two videos.
        """
        if "diversity" not in self._sets:
            raise BadInput("diversity was given no generated videos")
        return {name: sums.apart() for name, sums in sorted(self._sets.items())}

    def about(self) -> dict[str, Any]:
        """How many videos there were."""
        return {name: {"videos": sums.count} for name, sums in sorted(self._sets.items())}


class Sums:
    """Of each pixel, over videos of one size."""

    def __init__(self, size: torch.Size, device: torch.device) -> None:
        self.count = 0
        self.total = torch.zeros(size, dtype=torch.int64, device=device)
        self._squares = torch.zeros_like(self.total)

    def add(self, videos: Tensor) -> None:
        """Count in uint8 (B, *size)."""
        self.count += len(videos)
        self.total += videos.sum(0, dtype=torch.int64)
        self._squares += videos.int().square_().sum(0, dtype=torch.int64)

    def apart(self) -> Tensor:
        """(): the root of the mean square over all pairs; for each pixel, sum (a - b)^2 = n sum a^2 - (sum a)^2."""
        if self.count < 2:
            raise BadInput("diversity is of pairs of videos, and there is only one", "Draw more samples.")
        pairs = self.count * (self.count - 1) / 2
        return ((self.count * self._squares - self.total.square()).double().mean() / pairs).sqrt()
