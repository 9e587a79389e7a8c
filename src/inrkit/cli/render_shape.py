"""What shape and rate `inrkit render` is asked for."""

from __future__ import annotations

from inrkit.engine.config import DataConfig
from inrkit.errors import BadInput
from inrkit.interfaces.types import Shape
from inrkit.model import VideoModel
from inrkit.video import parse_size


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
