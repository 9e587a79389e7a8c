"""The method: the squared error of whole frames, and presets."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from inrkit import Method, Situation

FEW = 200
"""Up to so many clips, atoms of whole frames are learned fastest; the frames of more are no sums of so few atoms."""

ACROSS = 8
"""Patches of motion side by side, of more clips."""


class PatchDictionary(Method):
    """The mean squared error of some frames of each clip, all their pixels."""

    unit = "frame"

    @classmethod
    def preset(cls, name: str, situation: Situation) -> Mapping[str, Any]:
        """``fast`` or ``toy``."""
        side = 64 if name == "fast" else 32
        frames, height, width = situation.clip_shape or (25, side, side)
        longer = max(height, width)
        return {
            "data.frames": 25,
            "data.size": (side, side),
            "inr.motion_patch": longer if situation.clips <= FEW else math.ceil(longer / ACROSS),
            "encoder.still": 16 if height * width <= 32 * 32 else 8,
            "train.batch": 16,
            "train.points": min(1.0, 5 / frames),
            "train.lr": 8e-3,
            "train.warmup": 30,
            "train.steps": 3000,
        }
