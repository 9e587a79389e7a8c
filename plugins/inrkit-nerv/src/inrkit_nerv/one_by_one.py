"""Networks of which each has weights of its own, computed one after another."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.func import functional_call

from inrkit import INR, Tensors


def one_by_one(inr: INR, coords: Tensor, weights: Tensors) -> Tensor:
    """As :meth:`inrkit.INR.evaluate`, without vmap."""
    count = len(next(iter(weights.values())))
    videos = [{name: value[i].to(inr.get_buffer(name).dtype) for name, value in weights.items()} for i in range(count)]
    return torch.stack([functional_call(inr, own, (coords[i % len(coords)],)) for i, own in enumerate(videos)])
