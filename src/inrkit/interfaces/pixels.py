"""Pixels outside a model are uint8 in 0..255, inside it float32 in [-1, 1]."""

from __future__ import annotations

import torch
from torch import Tensor


def to_float(pixels: Tensor) -> Tensor:
    """uint8 0..255 to float32 in [-1, 1]; what is float already is only made float32."""
    return pixels.float().div_(127.5).sub_(1.0) if pixels.dtype == torch.uint8 else pixels.float()


def to_uint8(rgb: Tensor) -> Tensor:
    """Float in [-1, 1], clamped, to the nearest uint8 in 0..255."""
    return rgb.detach().float().clamp(-1, 1).add_(1).mul_(127.5).round_().to(torch.uint8)
