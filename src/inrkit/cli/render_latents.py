"""What `inrkit render --latents` draws: latents that a task found, at any size and frame rate."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from inrkit.engine.found_file import Kept
from inrkit.engine.frames import window_frames
from inrkit.engine.windows import blended
from inrkit.interfaces.types import Shape
from inrkit.model import VideoModel


def kept_frames(model: VideoModel, kept: Kept, shape: Shape, shown: Tensor | None) -> Iterator[Tensor]:
    """The video as (T, H, W), one frame after another, its windows blended as they were when it was recovered.

    Args:
        shown: (n,) int64, which frames; None: all.

    Yields:
        (1, H, W, 3) float32.
    """
    frames, *size = shape
    if frames == 1:
        moments = torch.tensor([(kept.frames - 1) / 2], dtype=torch.float64)
    else:
        moments = torch.linspace(0, kept.frames - 1, frames, dtype=torch.float64)
    frames_of = window_frames(model, kept.found, (size[0], size[1]))
    for frame in blended(frames_of, kept.starts, kept.length, moments, shown):
        yield frame[None]
