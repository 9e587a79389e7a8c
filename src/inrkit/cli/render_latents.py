"""What `inrkit render --latents` draws: latents that a task found, at any size and frame rate."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from inrkit.engine.found_file import Kept, read_found, run_hash
from inrkit.engine.observe import window_renderer
from inrkit.engine.windows import stitch
from inrkit.interfaces.types import Shape
from inrkit.model import VideoModel


def kept_in(file: Path, model: VideoModel, run: Path, checkpoint: int | None) -> Kept:
    """The latents in `file`.

    Raises:
        BadInput: They are damaged, of another run or checkpoint, or of another shape.
    """
    return read_found(file, model, run_hash(run, checkpoint))


def draw_kept(model: VideoModel, kept: Kept, shape: Shape) -> Tensor:
    """The whole video as (T, H, W): float (T, H, W, 3), its windows blended as they were when it was recovered."""
    frames, *size = shape
    if frames == 1:
        moments = torch.tensor([(kept.frames - 1) / 2], dtype=torch.float64)
    else:
        moments = torch.linspace(0, kept.frames - 1, frames, dtype=torch.float64)
    return stitch(window_renderer(model, kept.found, (size[0], size[1])), kept.starts, kept.length, moments)
