"""The methods: the squared error of sampled points, and presets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inrkit import Method, Situation


class FunctaCodes(Method):
    """The mean squared error, for latents that are learned codes."""

    @classmethod
    def preset(cls, name: str, situation: Situation) -> Mapping[str, Any]:
        """``fast`` or ``toy``."""
        side = 64 if name == "fast" else 32
        return {
            "data.frames": 25,
            "data.size": (side, side),
            "inr.width": 64 if situation.device == "cpu" else 256,
            "train.batch": 32,
            "train.points": min(1.0, 1000 / (25 * side**2)),
            "train.lr": 2e-3,
            "train.steps": 4000,
        }


class Functa(FunctaCodes):
    """As FunctaCodes, slowly: at four times the rate, the inner steps overshoot and a training falls apart."""

    @classmethod
    def preset(cls, name: str, situation: Situation) -> Mapping[str, Any]:
        """``fast`` or ``toy``."""
        return {**super().preset(name, situation), "train.batch": 16, "train.lr": 5e-4, "train.clip": 1.0}


class VidFuncta(FunctaCodes):
    """As FunctaCodes, with modulations of each frame."""

    @classmethod
    def preset(cls, name: str, situation: Situation) -> Mapping[str, Any]:
        """``fast`` or ``toy``."""
        return {**super().preset(name, situation), "inr.per_frame": True}
