"""Only luminance is seen; the space of a run knows which colours go with it."""

from __future__ import annotations

import torch
from torch import Tensor

from inrkit import Observation, ObservationTask, Shape

WEIGHTS = (0.299, 0.587, 0.114)
"""Of red, green and blue in luminance (ITU-R BT.601); their sum is 1."""


class Luminance(Observation):
    """Of each pixel one number, its luminance in [-1, 1]."""

    def see(self, rgb: Tensor) -> Tensor:
        """(B, ..., 3) to (B, ..., 1)."""
        return rgb @ rgb.new_tensor(WEIGHTS).unsqueeze(-1)

    def fill(self, seen: Tensor) -> Tensor:
        """The grey video: (B, T, H, W, 1) to (B, T, H, W, 3)."""
        return seen.expand(*seen.shape[:-1], 3)


class Colourising(ObservationTask):
    """The luminance of every pixel is seen."""

    baseline_name = "grey video"

    def observe(self, clip_shape: Shape, options: object, generator: torch.Generator) -> Observation:
        """Whatever the clip."""
        return Luminance()
