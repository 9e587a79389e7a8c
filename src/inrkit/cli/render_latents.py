"""What `inrkit render --latents` draws: latents that a task found, at any size and frame rate."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor

from inrkit.engine.found_file import Kept, read_found, run_hash
from inrkit.engine.frames import window_frames
from inrkit.engine.windows import blended
from inrkit.errors import BadInput
from inrkit.interfaces.types import Shape
from inrkit.model import VideoModel


def kept_in(file: Path, model: VideoModel, run: Path, checkpoint: int | None) -> Kept:
    """The latents in `file`.

    Raises:
        BadInput: They are damaged, of another run or checkpoint, or of another shape.
    """
    kept = read_found(file, model, run_hash(run, checkpoint))
    assert model.config is not None
    if kept.length != model.config.data.clip_shape[0] or not _covers(kept):
        raise BadInput(f"{file} does not say how its latents make a video", "Find them anew.")
    return kept


def _covers(kept: Kept) -> bool:
    """Whether its windows follow each other and show every frame."""
    begins = [*kept.starts, max(kept.frames, kept.starts[-1] + 1)]
    return kept.starts[0] == 0 and kept.frames > 0 and all(0 < b - a <= kept.length for a, b in pairwise(begins))


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
