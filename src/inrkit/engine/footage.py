"""A video as it came, and as a run sees it: at the run's frame rate and size, in windows of its length."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inrkit.engine.config import DataConfig
from inrkit.engine.geometry import Geometry, geometry
from inrkit.engine.pile import piled
from inrkit.engine.windows import window_starts
from inrkit.errors import BadInput
from inrkit.video import open_frames, parse_box
from inrkit.video.read import Frames

Short = Literal["loop", "hold"]


@dataclass
class Footage:
    """One video to be recovered. Of its own frames, which may be large and many, it holds none.

    Attributes:
        name: What results call it.
        path: Where it came from.
        first: Its first frame that is taken, at its own rate.
        fps: Its own rate.
        seen: uint8 (F, h, w, 3) at the rate and size of the run.
        rate: Frames a second of `seen`.
        starts: First frame, in `seen`, of each window.
        length: Frames of a window.
        positions: (N,) float64, the moment of each of its frames that is taken, in frames of `seen`.
        place: Where `seen` lies in its frames.
        unused: Seconds of the video that were left out.
        notes: What else is worth knowing, a line each.
        total: Frames of the file.
        frame_of: (F,) int64, the frame of the file that each of `seen` shows.
        hidden: (F' = 1 or total, h, w) uint8, 1 where the task hides what clips show of each frame of the file (or of
            all); None: it hides nothing there.
        options: Those of the task, settled for it.
        factor: Frames of the result for each of its own.
        shown: Where `seen` lies in the frames of the result.
    """

    name: str
    path: Path
    first: int
    fps: float
    seen: Tensor
    rate: float
    starts: list[int]
    length: int
    positions: Tensor
    place: Geometry
    unused: float
    notes: list[str]
    total: int
    frame_of: Tensor
    hidden: Tensor | None = None
    options: object = None
    factor: int = 1
    shown: Geometry = field(init=False)

    def __post_init__(self) -> None:
        self.shown = self.place

    @property
    def moments(self) -> Tensor:
        """(M,) float64, the moment of each different frame of the result, in frames of `seen`: of each of its own, and
        `factor` - 1 between each two of these."""
        share = torch.arange(self.factor, dtype=torch.float64) / self.factor
        between = torch.lerp(self.positions[:-1, None], self.positions[1:, None], share)
        return torch.cat([between.flatten(), self.positions[-1:]])

    def truth(self) -> Iterator[Tensor]:
        """uint8 (H, W, 3): its N frames at its own rate and size, read anew.

        Raises:
            BadInput: It is not what it was when it was read first.
        """
        with open_frames(self.path) as video:
            missing = len(self.positions)
            for pixels in islice(video.pixels, self.first, self.first + missing):
                if pixels.shape[:2] != self.place.source:
                    break
                yield torch.from_numpy(pixels)
                missing -= 1
        if missing:
            raise BadInput(f"{self.path} has changed since it was read", "Leave it alone while it is worked on.")

    def windows(self, which: slice = slice(None)) -> Tensor:
        """uint8 (windows, T, h, w, 3); a video shorter than one begins anew at its end, or stands still there."""
        return torch.stack([self.seen[start : start + self.length] for start in self.starts[which]])

    @property
    def frames(self) -> int:
        """Frames of `seen` that show the video, not what a short one was filled up with."""
        return min(len(self.seen), int(self.positions[-1].round()) + 1)


def lengthening(loop: bool, hold: bool) -> Short | None:
    """What the flags --loop and --hold say about videos shorter than a clip.

    Raises:
        BadInput: Both are given.
    """
    if loop and hold:
        raise BadInput("--loop and --hold exclude each other", "Give one of them.")
    return "loop" if loop else "hold" if hold else None


def read_footage(path: Path, data: DataConfig, *, at: float | None = None, short: Short | None = None) -> Footage:
    """Read a video for a run.

    Args:
        data: What the run was trained on.
        at: Take the one clip that begins at this second; None: all of the video.
        short: What to do about a video shorter than a clip; None: refuse it.

    Raises:
        BadInput: It cannot be read, is shorter than a clip, or ends before the clip at `at` does.
    """
    options, (length, *size) = data.options, data.clip_shape
    box = parse_box(options.box) if options.box else None
    with open_frames(path) as own:  # nothing of it is decoded
        fps = own.fps
    with open_frames(path, size=(size[0], size[1]), fit=options.fit, fps=options.fps, box=box) as video:
        seen, rate = piled(_of_one_size(video, path)), video.fps
    positions = (torch.arange(video.decoded, dtype=torch.float64) * rate / fps).clamp(max=len(seen) - 1)
    nearest = (torch.arange(len(seen), dtype=torch.float64) * fps / rate + 0.5 + 1e-6).floor()  # of two, the later one
    frame_of = nearest.long().clamp(max=video.decoded - 1)
    first, unused = 0, 0.0
    if len(seen) < length and not at:
        which = _lengthened(len(seen), length, short, path)
        seen, frame_of = seen[which], frame_of[which]
    elif at is not None:
        begin = _moment(at, rate, length, len(seen), path)
        unused = (len(seen) - length) / rate
        seen, frame_of = seen[begin : begin + length].clone(), frame_of[begin : begin + length]
        inside = ((positions >= begin) & (positions <= begin + length - 1)).nonzero()[:, 0]
        first, positions = int(inside[0]), positions[inside] - begin
    place = geometry(video.shown, (size[0], size[1]), options.fit, box)
    starts = window_starts(len(seen), length)
    file = (video.notes, video.decoded, frame_of)
    return Footage(path.stem, path, first, fps, seen, rate, starts, length, positions, place, unused, *file)


def _of_one_size(video: Frames, path: Path) -> Iterator[NDArray[np.uint8]]:
    """Its frames, as long as they were of one size before they were scaled."""
    source = (0, 0)
    for pixels in video.pixels:
        source = source if any(source) else video.shown
        if video.shown != source:
            raise BadInput(f"{path} changes its size", "Convert it to one size first.")
        yield pixels


def _moment(at: float, rate: float, length: int, frames: int, path: Path) -> int:
    """The first frame of the clip that begins at `at` seconds."""
    first = round(at * rate)
    if first + length > frames:
        raise BadInput(
            f"{path} has no clip of {length} frames at {at:g} s: it ends at {frames / rate:.2f} s",
            f"Use an --at of at most {max(0, frames - length) / rate:.2f}.",
        )
    return first


def _lengthened(count: int, length: int, short: Short | None, path: Path) -> Tensor:
    """Which of `count` frames make `length` ones."""
    if short is None:
        raise BadInput(
            f"{path} has {count} frames, a clip of the run has {length}",
            "Add --loop to repeat it, or --hold to let its last frame stand.",
        )
    frames = torch.arange(length)
    return frames % count if short == "loop" else frames.clamp(max=count - 1)
