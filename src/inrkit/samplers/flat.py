"""Latents of several names as one row of numbers for each clip, and back."""

from __future__ import annotations

import torch
from torch import Tensor

from inrkit.interfaces import Tensors


class Flat:
    """Rows of numbers in units of their own spread: all names of a clip together, for they go together.

    Attributes:
        rows: (N, D) float64, each column of mean 0 and variance 1; of numbers that never differ, 0.

    Args:
        latents: Name to (N, *shape).
        sampler: Who asks, for the message.

    Raises:
        ValueError: There are fewer than two clips.
    """

    def __init__(self, latents: Tensors, sampler: str) -> None:
        self._like = {name: values[:0] for name, values in latents.items()}
        values = torch.cat([each.detach().flatten(1).cpu().double() for each in latents.values()], 1)
        if len(values) < 2:
            raise ValueError(f"{sampler} needs the latents of at least two training clips")
        self._mean = values.mean(0)
        self._spread = values.std(0)
        self.rows = (values - self._mean) / self._spread.where(self._spread > 0, 1)

    def back(self, rows: Tensor) -> Tensors:
        """Name to (n, *shape), of rows (n, D) in units of the spread."""
        parts = (self._mean + self._spread * rows).split([like.shape[1:].numel() for like in self._like.values()], 1)
        return {
            name: part.reshape(len(rows), *like.shape[1:]).to(like)
            for (name, like), part in zip(self._like.items(), parts, strict=True)
        }


def normal(count: int, size: int, generator: torch.Generator) -> Tensor:
    """(count, size) float64 from N(0, 1)."""
    return torch.randn(count, size, generator=generator, dtype=torch.float64)
