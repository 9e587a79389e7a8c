"""A space of SIRENs as a method: its preset."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from inrkit import Method, Situation


class SirenSpace(Method):
    """The mean squared error of pixels, which is what a method is given."""

    @classmethod
    def preset(cls, name: str, situation: Situation) -> Mapping[str, Any]:
        """``fast``: sampled points, many clips a step, and a hypernetwork that begins at SIREN's initialisation.

        A hypernetwork whose last biases are the weights of a network that is well initialised, and whose last weights
        are small, begins with videos that are all well initialised: so in SIREN's supplement (Sitzmann et al.), and
        by itself in "Hypernetworks in Meta-Reinforcement Learning" (Beck et al., CoRL 2022). A usual initialisation
        makes weights of another variance instead (Chang et al., ICLR 2020), which sines bear far worse than ReLUs.
        """
        pixels = math.prod(situation.clip_shape[1:]) if situation.clip_shape else 64 * 64
        return {
            "data.frames": 25,
            "data.size": (64, 64),
            "encoder.size": 64 if situation.clips < 2000 else 128,
            "hypernetwork.init": "inr",
            "inr.width": 64 if pixels <= 64 * 64 and situation.device == "cpu" else 128,
            "train.batch": 32,
            "train.points": min(1.0, max(0.005, 1000 / (25 * pixels))),
            "train.lr": 2e-3,
            "train.steps": 3000,
        }
