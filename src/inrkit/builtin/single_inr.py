"""One network per video, each learned by itself: the Single-INR that INR-V is compared with."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from inrkit.interfaces import Method, Situation

TOGETHER = 64
"""Networks in a step, at most."""


class SingleINR(Method):
    """The mean squared error. With ``table`` and ``identity`` no two videos share a number."""

    @classmethod
    def preset(cls, name: str, situation: Situation) -> Mapping[str, Any]:
        """Some 2,000 pixels of every video in each of 6,000 steps; nothing is held out, for there is no space."""
        pixels = math.prod(situation.clip_shape) if situation.clip_shape else 25 * 64 * 64
        return {
            "data.frames": 25,
            "data.holdout": 0,
            "train.batch": TOGETHER,
            "train.points": min(1.0, max(1e-6, 2048 / pixels)),
            "train.lr": 7e-3,
            "train.steps": 6000 * math.ceil(max(1, situation.clips) / TOGETHER),
        }
