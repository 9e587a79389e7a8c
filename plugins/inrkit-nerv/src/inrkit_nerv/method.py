"""NeRV and HNeRV as methods: the error of pixels, and presets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from inrkit import Method, Output, Situation, Tensors, per_clip
from inrkit_nerv.options import MethodOptions

TOGETHER = 16
"""Frames in a step. With more, clips are met less often in the same time, and their codes stay behind."""


class NeRVMethod(Method):
    """The squared or the absolute error of every value."""

    def __init__(self, config: MethodOptions) -> None:
        self._loss = config.loss

    @classmethod
    def preset(cls, name: str, situation: Situation) -> Mapping[str, Any]:
        """``default`` or ``toy``."""
        return {"default": default, "toy": toy}[name](situation)

    def loss(self, out: Output, target: Tensor) -> Tensors:
        """{"pixels": (B,)}."""
        error = out.rgb - target
        return {"pixels": per_clip(error.square() if self._loss == "mse" else error.abs())}


class HNeRVMethod(NeRVMethod):
    """The same loss; other presets."""

    @classmethod
    def preset(cls, name: str, situation: Situation) -> Mapping[str, Any]:
        """``default``: fewer clips, of which all frames are encoded, and more frames of each painted."""
        frames = situation.clip_shape[0] if situation.clip_shape else 25
        clips = max(1, min(4, situation.clips or 4))
        return default(situation) | {"train.batch": clips, "train.points": min(1.0, TOGETHER // clips / frames)}


def default(situation: Situation) -> dict[str, Any]:
    """One frame of each of 16 clips in a step; more of each where there are fewer clips."""
    frames = situation.clip_shape[0] if situation.clip_shape else 25
    batch = max(1, min(TOGETHER, situation.clips or TOGETHER))
    return {
        "data.frames": 25,
        "data.size": (64, 64),
        "train.batch": batch,
        "train.points": min(1.0, TOGETHER // batch / frames),
        "train.lr": 5e-3,
        "train.steps": 6000,
    }


def toy(situation: Situation) -> dict[str, Any]:
    """For the generated videos."""
    return default(situation) | {"data.size": (32, 32), "train.steps": 4000}
