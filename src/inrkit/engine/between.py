"""Latents between others: along a line from one to another, or all over a square of four."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from inrkit.errors import BadInput
from inrkit.interfaces import Tensors
from inrkit.samplers.slerp import slerp

Way = Literal["slerp", "linear"]


def interpolate(ends: Tensors, steps: int = 10, way: Way = "slerp") -> Tensors:
    """Latents from one to another, or all over the square of four; those that ``inrkit interpolate`` shows.

    Args:
        ends: Two latents, name to (2, ...), or the corners of a square, (4, ...): top left, top right, bottom left,
            bottom right.
        steps: From one end to the other, both included.
        way: "slerp", along a great circle, or "linear", straight.

    Returns:
        Name to (steps, ...), or row by row (steps², ...); :meth:`VideoModel.render` shows them.

    Raises:
        BadInput: There are neither two nor four, or fewer than two steps.
    """
    count = len(next(iter(ends.values()), ()))
    if count not in (2, 4):
        raise BadInput(f"latents lie between two ends, or the four corners of a square, not {count}", "Give two.")
    if steps < 2:
        raise BadInput(f"steps is {steps}, and both ends are among them", "Give two or more.")
    return (line if count == 2 else square)(ends, steps, way)


def line(ends: Tensors, steps: int, way: Way) -> Tensors:
    """`steps` latents from the first to the second of two, both included: name to (steps, *shape)."""
    amount = torch.linspace(0, 1, steps)
    return {name: _between(z[:1], z[1:], amount, way) for name, z in ends.items()}


def square(corners: Tensors, steps: int, way: Way) -> Tensors:
    """`steps` x `steps` latents, row by row, between four: top left, top right, bottom left, bottom right."""
    down, across = (each.flatten() for each in torch.meshgrid(*[torch.linspace(0, 1, steps)] * 2, indexing="ij"))
    return {
        name: _between(_between(z[0:1], z[1:2], across, way), _between(z[2:3], z[3:4], across, way), down, way)
        for name, z in corners.items()
    }


def _between(a: Tensor, b: Tensor, amount: Tensor, way: Way) -> Tensor:
    """From `a` to `b`, (1, *shape) or (n, *shape), at `amount` (n,): (n, *shape)."""
    a, b = (each.expand(len(amount), *each.shape[1:]) for each in (a, b))
    if way == "slerp":
        return slerp(a, b, amount.to(a))
    return torch.lerp(a, b, amount.to(a).view(-1, *[1] * (a.ndim - 1)))
