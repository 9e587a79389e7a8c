"""Everything is seen; what is asked is how well the space of a run can show it."""

from __future__ import annotations

import torch
from torch import Tensor

from inrkit import Observation, ObservationTask, Shape


class Inversion(ObservationTask):
    """All pixels of a clip are seen."""

    baseline_name = "static frame"

    def observe(self, clip_shape: Shape, options: object, generator: torch.Generator) -> Observation:
        """Everything."""
        return Observation()

    def baseline(self, clips: Tensor, observation: Observation) -> Tensor:
        """The mean frame of each clip, standing still."""
        return clips.mean(1, keepdim=True).expand(clips.shape)
