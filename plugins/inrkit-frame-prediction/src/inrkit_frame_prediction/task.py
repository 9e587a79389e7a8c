"""The first frames of a clip are seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor

from inrkit import BadInput, Observation, ObservationTask, Shape
from inrkit_frame_prediction.options import PredictionOptions

PAPER = 4 / 25
"""The share of a clip that INR-V's supplied mask shows; its released code says one frame instead."""


class FramePrediction(ObservationTask):
    """The first ``observed`` frames are seen, the others predicted."""

    hides_frames = True
    baseline_name = "last frame repeated"
    fit_defaults: ClassVar[Mapping[str, Any]] = {"prior": 0.001}  # free, a fit explains the few frames, and no others

    def observe(self, clip_shape: Shape, options: object, generator: torch.Generator) -> Observation:
        """The first frames.

        Raises:
            BadInput: A clip has no more frames than are to be seen.
        """
        assert isinstance(options, PredictionOptions)
        if options.observed >= clip_shape[0]:
            raise BadInput(
                f"observing {options.observed} frames leaves nothing to predict in a clip of {clip_shape[0]}",
                f"Use an --observed of at most {clip_shape[0] - 1}.",
            )
        mask = torch.zeros(clip_shape, dtype=torch.bool)
        mask[: options.observed] = True
        return Observation(mask)

    def baseline(self, clips: Tensor, observation: Observation) -> Tensor:
        """The last frame that is seen, to the end."""
        assert observation.mask is not None
        last = int(observation.mask[:, 0, 0].sum()) - 1
        return clips[:, torch.arange(clips.shape[1]).clamp(max=last)]

    def paper(self, clip_shape: Shape, options: object) -> object:
        """4 frames of 25, in proportion."""
        return PredictionOptions(observed=max(1, round(PAPER * clip_shape[0])))
