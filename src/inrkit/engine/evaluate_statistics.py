"""A number for each clip, their mean, and how sure it is."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from inrkit.interfaces.seeds import generator

RESAMPLES, LEVEL = 1000, 0.95
"""Of the bootstrap (Efron, 1979): the interval between the percentiles of means of clips drawn with replacement."""

FEW = 10
"""Of fewer clips a bootstrap knows too little: its intervals are too narrow."""

EXACT = 100.0
"""What an infinite value counts as: of PSNR, in dB, of a clip that is met exactly."""


def summary(values: Tensor, *seed: int | str) -> dict[str, Any] | float | None:
    """What is kept of a score: of a single value () itself, of (N,) ``mean``, ``low``, ``high`` and ``values``.

    Clips without a value (NaN) are None, and left out of the mean. Fewer than two clips have no interval: None. Whole
    numbers are labels, such as which real video is the nearest: they have no mean.
    """
    if values.ndim and not values.is_floating_point():
        return {"mean": None, "low": None, "high": None, "values": values.tolist()}
    values = bounded(values.detach().double().cpu())
    if not values.ndim:
        return None if values.isnan() else float(values)
    known = values[~values.isnan()]
    low, high = interval(known, generator(*seed, "bootstrap")) if len(known) > 1 else (None, None)
    return {
        "mean": float(known.mean()) if len(known) else None,
        "low": low,
        "high": high,
        "values": [None if value != value else value for value in values.tolist()],
    }


def bounded(values: Tensor) -> Tensor:
    """As they are, infinite ones as :data:`EXACT`."""
    return torch.where(values.isinf(), values.sign() * EXACT, values)


def interval(values: Tensor, draw: torch.Generator) -> tuple[float, float]:
    """The middle :data:`LEVEL` of the means that clips like these, (N,), have by chance."""
    count, parts = len(values), 10
    picks = (torch.randint(count, (RESAMPLES // parts, count), generator=draw) for _ in range(parts))
    means = torch.cat([values[pick].mean(1) for pick in picks])
    low, high = means.quantile(torch.tensor([(1 - LEVEL) / 2, (1 + LEVEL) / 2], dtype=means.dtype)).tolist()
    return low, high
