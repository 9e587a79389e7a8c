"""What was found for a video, frame by frame."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor

from inrkit.engine.search import Found
from inrkit.engine.windows import Frames
from inrkit.interfaces.types import Shape
from inrkit.model import VideoModel


def window_frames(model: VideoModel, found: Found, size: tuple[int, int]) -> Frames:
    """What was found for each window, at `size`; of it no more than a few frames are computed at once."""
    stream, tensors = (model.stream_weights, found.weights) if found.weights else (model.stream, found.latents)

    def frames_of(window: int, frames: int, which: Tensor) -> Iterator[Tensor]:
        shape: Shape = (frames, *size)
        rows = slice(window, window + 1)
        for group in stream({name: values[rows] for name, values in tensors.items()}, shape, which):
            yield from group[0]

    return frames_of
