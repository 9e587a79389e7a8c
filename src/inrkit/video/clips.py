"""Clips: pieces of a video, all of one length and size."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from inrkit.errors import BadInput
from inrkit.video.container import check_pixels
from inrkit.video.fit import Box, Fit, Pixels, check_fit
from inrkit.video.shots import ShotCuts


@dataclass(frozen=True)
class ClipSettings:
    """How videos are cut into clips.

    Args:
        frames: Length of a clip in frames, T.
        size: (height, width) of a clip in pixels.
        stride: Frames from the start of one clip to the start of the next; None: `frames`, clips do not overlap.
        fit: How a frame of other proportions is brought to `size`: `crop`, `pad` or `squash`.
        limit: Stop after this many clips, over all videos; None: take all.
        fps: Frames a second, chosen by the times at which frames are shown; None: all frames as they come.
        box: The part of each upright frame that is taken, in its pixels; None: all of it.
        avoid_cuts: Make no clip across the cut from one shot to the next.
        per_video: Stop after this many clips of a video, and read no further; None: take all.

    Raises:
        BadInput: for a number below 1 or an unknown `fit`.
    """

    frames: int
    size: tuple[int, int]
    stride: int | None = None
    fit: Fit = "crop"
    limit: int | None = None
    fps: float | None = None
    box: Box | None = None
    avoid_cuts: bool = False
    per_video: int | None = None

    def __post_init__(self) -> None:
        height, width = self.size
        numbers = {"frames": self.frames, "height": height, "width": width, "stride": self.stride}
        numbers |= {"limit": self.limit, "clips of each video": self.per_video}
        for name, number in numbers.items():
            if number is not None and number < 1:
                raise BadInput(f"clip {name} is {number}", "It has to be 1 or more.")
        if self.fps is not None and not 0 < self.fps <= 1000:
            raise BadInput(f"{self.fps} frames a second cannot be read", "Choose a number such as 25, at most 1000.")
        check_fit(self.fit)
        check_pixels(height, width, "a clip")

    @property
    def clip_shape(self) -> tuple[int, int, int, int]:
        """(T, H, W, 3)."""
        return (self.frames, *self.size, 3)


def cut(frames: Iterable[Pixels], settings: ClipSettings) -> Iterator[tuple[int, Pixels]]:
    """The clips of one video, in order: (index of the first frame, uint8 (T, H, W, 3)).

    Frames, uint8 (H, W, 3), are read as clips are asked for, and no further than clips are wanted; no more than T of
    them are held. A video shorter than a clip gives none, and frames at the end that fill no whole clip are left. To
    avoid cuts, each shot is treated as a video of its own.
    """
    stride = settings.stride or settings.frames
    latest: deque[Pixels] = deque(maxlen=settings.frames)
    shots = ShotCuts() if settings.avoid_cuts else None
    shot = 0  # index of its first frame
    made = 0
    for index, frame in enumerate(frames):
        if shots is not None and shots.begins(frame):
            latest.clear()
            shot = index
        latest.append(frame)
        start = index + 1 - settings.frames
        if start >= shot and (start - shot) % stride == 0:
            yield start, np.stack(latest)
            made += 1
            if made == settings.per_video:
                return
