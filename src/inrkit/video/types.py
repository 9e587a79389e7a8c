"""The one shape in which a video travels between the parts of inrkit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor


class Video(NamedTuple):
    """A video in memory.

    Attributes:
        frames: uint8 RGB, (T, H, W, 3), 0 to 255.
        fps: Frames a second.
        name: What reports call it.
    """

    frames: Tensor
    fps: float
    name: str = ""


@dataclass(frozen=True)
class SkippedVideo:
    """A video that gave no clip, and why."""

    video: str
    reason: str
