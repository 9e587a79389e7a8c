"""A code for each patch of a still picture and one for what moves.

By auto-decoding (DeepSDF, CVPR 2019); laid out as in spatial functa (2023).
"""

from __future__ import annotations

import torch

from inrkit import Encoder, Spec, Tensors
from inrkit_patch_dictionary.options import LatentGridsOptions


class LatentGrids(Encoder):
    """For "still" and "motion", the grids of weights of a video (channels, h, w), a grid of codes (numbers, h, w).

    An INR that has neither gets a plain code ``{"z": (motion,)}``.
    """

    def __init__(self, config: LatentGridsOptions, spec: Spec) -> None:
        super().__init__()
        self._deviation = config.deviation
        numbers = {"still": config.still, "motion": config.motion}
        grids = {name: tuple(value.shape[1:]) for name, value in spec.weights.items() if value.ndim == 3}
        found = {name: (count, *grids[name]) for name, count in numbers.items() if name in grids}
        self.latents = self.codes = found or {"z": (config.motion,)}

    def initial_codes(self) -> Tensors:
        """Normal, as wide as the options say: of codes near zero, little can be learned at first."""
        return {name: self._deviation * torch.randn(*shape) for name, shape in self.codes.items()}  # type: ignore[arg-type]
