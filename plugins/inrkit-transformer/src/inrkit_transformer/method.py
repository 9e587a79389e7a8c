"""The method: the squared error of sampled points, and presets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inrkit import Method, Situation


class TransInr(Method):
    """The mean squared error, for latents that an encoder sees in the pixels."""

    @classmethod
    def preset(cls, name: str, situation: Situation) -> Mapping[str, Any]:
        """``fast`` or ``toy``: many small steps, for what an encoder learns takes steps more than pixels.

        All layers are modulated, as in Trans-INR: with one of them, 64 units are too few to tell videos apart.
        """
        side = 64 if name == "fast" else 32
        return {
            "data.frames": 25,
            "data.size": (side, side),
            "encoder.size": 64,
            "inr.own": True,
            "hypernetwork.rank": 8,
            "hypernetwork.deviation": 0.3,
            "train.batch": 16,
            "train.points": min(1.0, 400 / (25 * side**2)),
            "train.lr": 2e-3,
            "train.warmup": 100,
            "train.steps": 4000,
        }
