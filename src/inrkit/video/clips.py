"""Clips: pieces of a video, all of one length and size."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from inrkit.errors import BadInput
from inrkit.video.fit import Fit, Pixels, check_fit


@dataclass(frozen=True)
class ClipSettings:
    """How videos are cut into clips.

    Args:
        frames: Length of a clip in frames, T.
        size: (height, width) of a clip in pixels.
        stride: Frames from the start of one clip to the start of the next; None: `frames`, clips do not overlap.
        fit: How a frame of other proportions is brought to `size`: `crop`, `pad` or `squash`.
        limit: Stop after this many clips, over all videos; None: take all.

    Raises:
        BadInput: for a number below 1 or an unknown `fit`.
    """

    frames: int
    size: tuple[int, int]
    stride: int | None = None
    fit: Fit = "crop"
    limit: int | None = None

    def __post_init__(self) -> None:
        height, width = self.size
        numbers = {"frames": self.frames, "height": height, "width": width, "stride": self.stride, "limit": self.limit}
        for name, number in numbers.items():
            if number is not None and number < 1:
                raise BadInput(f"clip {name} is {number}", "It has to be 1 or more.")
        check_fit(self.fit)

    @property
    def clip_shape(self) -> tuple[int, int, int, int]:
        """(T, H, W, 3)."""
        return (self.frames, *self.size, 3)


def cut(frames: Iterable[Pixels], settings: ClipSettings) -> Iterator[tuple[int, Pixels]]:
    """The clips of one video, in order: (index of the first frame, uint8 (T, H, W, 3)).

    Frames, uint8 (H, W, 3), are read as clips are asked for; no more than T of them are held. A video shorter than a
    clip gives none, and frames at the end that fill no whole clip are left.
    """
    stride = settings.stride or settings.frames
    latest: deque[Pixels] = deque(maxlen=settings.frames)
    for index, frame in enumerate(frames):
        latest.append(frame)
        start = index + 1 - settings.frames
        if start >= 0 and start % stride == 0:
            yield start, np.stack(latest)
