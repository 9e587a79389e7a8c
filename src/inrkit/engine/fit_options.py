"""The options of a fit. Imported for help, so nothing heavy here."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from inrkit.engine.options import Strict

Start = Literal["best", "encoder", "mean", "nearest", "random"]


class FitOptions(Strict):
    """How latents are found that explain what was seen of some clips."""

    start: Start = Field(
        "best",
        description="where to begin: the encoder's answer, the mean or the nearest training latent, whichever of them "
        "explains what was seen best, or a new random code",
    )
    restarts: int = Field(
        1, ge=1, le=1000, description="starts to follow; the best end is kept. From the mean, one alone is often stuck"
    )
    steps: int = Field(300, ge=0, description="optimiser steps from each start")
    lr: float | None = Field(
        None, gt=0, allow_inf_nan=False, description="first learning rate; default: from the spread of training latents"
    )
    schedule: Literal["cosine", "constant"] = Field("cosine", description="of the learning rate")
    points: float = Field(0.02, gt=0, le=1, description="share of the seen pixels compared in a step; 1 for all")
    prior: float = Field(0.0, ge=0, allow_inf_nan=False, description="weight of staying near the start")
    smooth: float = Field(0.0, ge=0, allow_inf_nan=False, description="weight of neighbouring windows being alike")
    perceptual: float = Field(
        0.0, ge=0, allow_inf_nan=False, description="weight of the run's own loss of whole frames (LPIPS) on those seen"
    )
    patience: int = Field(50, ge=0, description="steps without progress after which to stop; 0 never stops early")
    refine: int = Field(0, ge=0, description="steps of fine-tuning the weights made of the latents found")
    refine_lr: float = Field(5e-3, gt=0, allow_inf_nan=False, description="learning rate of that")

    @property
    def all_steps(self) -> int:
        """Steps of all searches, and of refining."""
        return self.restarts * self.steps + self.refine
