"""Which clips a step of a training sees, and at which rate it learns."""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor

from inrkit.engine.options import TrainOptions
from inrkit.interfaces.seeds import generator


def learning_rate(options: TrainOptions, step: int) -> float:
    """Of a step: a linear warm-up, then constant, or a cosine (Loshchilov & Hutter, ICLR 2017) down to a hundredth."""
    warm = min(1.0, (step + 1) / options.warmup) if options.warmup else 1.0
    if options.schedule == "constant":
        return options.lr * warm
    return options.lr * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * step / options.steps)))


def batch_at(clips: int, batch: int, seed: int, step: int) -> Tensor:
    """Which clips a step sees: each clip once an epoch, in batches of even size, in an order of (seed, epoch)."""
    batches = math.ceil(clips / batch)
    epoch, position = divmod(step, batches)
    each, more = divmod(clips, batches)
    start = position * each + min(position, more)
    return _order(clips, seed, epoch)[start : start + each + (position < more)]


@lru_cache(maxsize=1)
def _order(clips: int, seed: int, epoch: int) -> Tensor:
    """Kept for an epoch: of many clips it takes longer than a step."""
    return torch.randperm(clips, generator=generator(seed, "order", epoch))
