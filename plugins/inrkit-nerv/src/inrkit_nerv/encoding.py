"""NeRV's positional encoding of t, as far as the frames of a clip can tell its waves apart."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

BASE = 1.25
"""Each wave is so many times as fast as the one before (the paper's choice)."""


class TimeEncoding(nn.Module):
    """t in [-1, 1] -> (t, sin(1.25^i pi u), cos(1.25^i pi u), ...), with u = (t + 1) / 2.

    The paper takes 40 waves (80 in its small models), the last of them far too fast to be seen on the frames of a clip:
    then nothing holds the video between frames. Here they end where a wave makes half a turn from frame to frame.
    """

    _scale: Tensor

    def __init__(self, frames: int) -> None:
        super().__init__()
        waves = math.floor(math.log(frames - 1, BASE)) + 1 if frames > 1 else 0
        self.features = 1 + 2 * waves
        self.register_buffer("_scale", math.pi * BASE ** torch.arange(waves), persistent=False)

    def forward(self, t: Tensor) -> Tensor:
        """(...) -> (..., features), float32."""
        t = t.float().unsqueeze(-1)
        phase = (t + 1) / 2 * self._scale
        return torch.cat((t, phase.sin(), phase.cos()), -1)
