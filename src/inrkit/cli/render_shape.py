"""What shape and rate `inrkit render` is asked for."""

from __future__ import annotations

from math import prod
from pathlib import Path

import torch
from torch import Tensor

from inrkit.engine.config import DataConfig
from inrkit.engine.result import MOST_IN_FRAME
from inrkit.errors import BadInput
from inrkit.interfaces.types import Shape
from inrkit.model import VideoModel
from inrkit.video import parse_size
from inrkit.video.encode import sheet_frames, sheet_grid

MOST_IN_VIDEO = 2**37
"""Pixels of a whole video: 100,000 frames of 1170x1170."""


def check_clip(clip: int, model: VideoModel) -> None:
    """Refuse a clip that is not there.

    Raises:
        BadInput: It is out of range, or the checkpoint has no latents of its training clips.
    """
    if not model.latents:
        raise BadInput("this checkpoint has no latents of its training clips", "Its encoder makes them from videos.")
    count = len(next(iter(model.latents.values())))
    if not 0 <= clip < count:
        raise BadInput(f"there is no clip {clip}", f"The run has {count} training clips: 0 to {count - 1}.")


def shape_of(size: str | None, frames: int | None, trained: Shape) -> Shape:
    """(T, H, W); one number keeps the proportions."""
    old_frames, old_height, old_width = trained
    height, width = old_height, old_width
    if size is not None:
        height, width = parse_size(size)
        if "x" not in size.lower():
            width = max(1, round(height * old_width / old_height))
    return frames or old_frames, height, width


def rate_of(fps: float | None, frames: int, data: DataConfig) -> float:
    """Frames a second; by default the clip lasts as long as the one it was trained on."""
    return fps if fps is not None else data.fps * frames / data.clip_shape[0]


def check_shape(shape: Shape, out: Path) -> None:
    """Refuse a video too large to be made.

    Raises:
        BadInput: saying how large it may be.
    """
    frames, height, width = shape
    what = f"{'x'.join(map(str, shape))} is too large to be rendered"
    if height * width > MOST_IN_FRAME:
        hint = f"A frame may have {MOST_IN_FRAME:,} pixels, such as 7680x4320: choose a smaller --size."
        raise BadInput(f"{what}: a frame has {height * width:,} pixels", hint)
    if prod(shape) > MOST_IN_VIDEO:
        hint = f"A video may have {MOST_IN_VIDEO:,} pixels: choose a smaller --size, or fewer --frames."
        raise BadInput(f"{what}: it has {prod(shape):,} pixels", hint)
    sheet = prod(sheet_grid(frames)) * height * width  # may have twice those of a frame
    if _is_sheet(out) and sheet > 2 * MOST_IN_FRAME:
        hint = f"It may have {2 * MOST_IN_FRAME:,}: choose a smaller --size, or another suffix than .png."
        raise BadInput(f"{what}: the sheet of its frames has {sheet:,} pixels", hint)


def frames_shown(shape: Shape, out: Path) -> Tensor | None:
    """(n,) int64, which frames have to be rendered; None: all. A sheet shows only some."""
    return torch.tensor(sheet_frames(shape[0])) if _is_sheet(out) else None


def _is_sheet(out: Path) -> bool:
    return out.suffix.lower() == ".png"
