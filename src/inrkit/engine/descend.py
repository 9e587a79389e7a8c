"""Adam on some tensors of each clip, the model itself staying as it is."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from inrkit.interfaces import Tensors

Cost = Callable[[Tensors], Tensor]
"""Of tensors, name to (B, ...): what each clip has against them, (B,)."""

Advance = Callable[[int], None]
"""Told of each step as it was taken, and of all those left out where a search stopped early: so many steps."""

PROGRESS = 0.01
"""The share by which a clip's cost must fall over `patience` steps, or it counts as standing still."""


def descend(
    begin: Tensors,
    cost: Cost,
    rates: Mapping[str, float],
    *,
    steps: int,
    patience: int = 0,
    cosine: bool = True,
    exact: bool = True,
    advance: Advance | None = None,
) -> tuple[Tensors, int]:
    """Follow the gradient of `cost`.

    Args:
        begin: Name to (B, ...); not changed.
        cost: Name to (B, ...) -> (B,), differentiable.
        rates: Name to the learning rate of the first step.
        steps: At most; at least 0.
        patience: Stop once no clip got better over that many steps; 0 never stops early.
        cosine: Let the learning rate fall to 0 along a cosine; else it stays.
        exact: The cost is that of all that was seen, so each clip keeps the best it passed through; else its last.
        advance: Told of the progress.

    Returns:
        (name to (B, ...) without gradients, the steps taken).
    """
    here = {name: value.detach().clone().requires_grad_() for name, value in begin.items()}
    values = list(here.values())
    optimizer = torch.optim.Adam([{"params": [value], "lr": rates[name]} for name, value in here.items()])
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: 0.5 * (1 + math.cos(math.pi * step / (steps + 1))) if cosine else 1.0
    )
    best, plateau, step = _Best(begin), _Plateau(patience), 0
    while True:
        with torch.enable_grad():
            each = cost(here)
            gradients = torch.autograd.grad(each.sum(), values) if step < steps else ()
        if exact:
            best.take(here, each.detach())
        if step == steps or plateau.reached(each.detach()):
            break
        for value, gradient in zip(values, gradients, strict=True):
            value.grad = gradient
        optimizer.step()
        schedule.step()
        step += 1
        if advance:
            advance(1)
    if advance and step < steps:
        advance(steps - step)
    return (best.tensors if exact else {name: value.detach() for name, value in here.items()}), step


class _Best:
    """The best that each clip passed through."""

    def __init__(self, begin: Tensors) -> None:
        self.tensors = {name: value.detach().clone() for name, value in begin.items()}
        self.lowest: Tensor | None = None

    @torch.no_grad()
    def take(self, here: Tensors, each: Tensor) -> None:
        lowest = torch.full_like(each, math.inf) if self.lowest is None else self.lowest
        better = each < lowest
        self.lowest = torch.where(better, each, lowest)
        for name, value in here.items():
            self.tensors[name][better] = value[better]


class _Plateau:
    """Whether all clips stand still: the mean cost of one stretch of steps against that of the stretch before it."""

    def __init__(self, patience: int) -> None:
        self._patience = patience
        self._costs: list[Tensor] = []
        self._before: Tensor | None = None

    def reached(self, each: Tensor) -> bool:
        if not self._patience:
            return False
        self._costs.append(each)
        if len(self._costs) < self._patience:
            return False
        mean, before = torch.stack(self._costs).mean(0), self._before
        self._before, self._costs = mean, []
        return before is not None and bool((mean >= (1 - PROGRESS) * before).all())
