"""What metrics have in common that compare each clip with its own truth."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor

from inrkit.errors import BadInput
from inrkit.interfaces import Metric
from inrkit.metrics.sizes import expect_size


class PerClip(Metric):
    """A metric whose `judge` gives numbers for each clip; they are kept in the order in which clips come.

    Attributes:
        name: For messages.
        masks: Whether it can judge some pixels alone.
    """

    name: ClassVar[str]
    masks: ClassVar[bool] = True

    def __init__(self, config: object = None) -> None:
        self._parts: list[dict[str, Tensor]] = []

    def judge(self, rendered: Tensor, truth: Tensor, mask: Tensor | None) -> dict[str, Tensor]:
        """Name to (B,), of uint8 (B, T, H, W, 3) twice and of bool (B, T, H, W)."""
        raise NotImplementedError

    def update(self, rendered: Tensor | None, truth: Tensor | None, mask: Tensor | None = None) -> None:
        """Take in pairs of videos, uint8 (B, T, H, W, 3), and which of their pixels count.

        Raises:
            BadInput: They differ in size, or cannot be judged so.
        """
        if rendered is None or truth is None:
            raise ValueError(f"{self.name} compares a video with its truth: both are needed")
        expect_size(self.name, rendered, truth.shape[1:])
        if mask is not None:
            mask = mask.to(truth.device).expand(truth.shape[:4])
            self._can_judge(mask)
        self._parts.append(self.judge(rendered, truth, mask))

    def _can_judge(self, mask: Tensor) -> None:
        if not self.masks:
            raise BadInput(f"{self.name} judges whole frames, and here some pixels do not count", "Leave it out.")
        if not mask.flatten(1).any(1).all():
            raise BadInput(f"{self.name} has nothing to judge: no pixel of a clip counts", "Show some of each clip.")

    def compute(self) -> dict[str, Tensor]:
        """Name to (N,), in the order of the updates."""
        if not self._parts:
            raise BadInput(f"{self.name} was given no videos")
        return {name: torch.cat([part[name] for part in self._parts]) for name in self._parts[0]}
