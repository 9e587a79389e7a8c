"""A video as it came, and as a run sees it: at the run's frame rate and size, in windows of its length."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from inrkit.engine.config import DataConfig
from inrkit.engine.geometry import Geometry, geometry
from inrkit.engine.windows import window_starts
from inrkit.errors import BadInput
from inrkit.video import open_frames, parse_box

Short = Literal["loop", "hold"]


@dataclass
class Footage:
    """One video to be recovered.

    Attributes:
        name: What results call it.
        path: Where it came from.
        truth: uint8 (N, H, W, 3) at its own rate and size.
        fps: Its own rate.
        seen: uint8 (F, h, w, 3) at the rate and size of the run.
        rate: Frames a second of `seen`.
        starts: First frame, in `seen`, of each window.
        length: Frames of a window.
        positions: (N,) float64, the moment of each frame of `truth`, in frames of `seen`.
        place: Where `seen` lies in `truth`.
        unused: Seconds of the video that were left out.
        notes: What else is worth knowing, a line each.
    """

    name: str
    path: Path
    truth: Tensor
    fps: float
    seen: Tensor
    rate: float
    starts: list[int]
    length: int
    positions: Tensor
    place: Geometry
    unused: float
    notes: list[str]

    def windows(self) -> Tensor:
        """uint8 (windows, T, h, w, 3); a video shorter than one begins anew at its end, or stands still there."""
        return torch.stack([self.seen[start : start + self.length] for start in self.starts])

    @property
    def frames(self) -> int:
        """Frames of `seen` that show the video, not what a short one was filled up with."""
        return min(len(self.seen), int(self.positions[-1].round()) + 1)


def read_footage(path: Path, data: DataConfig, *, at: float | None = None, short: Short | None = None) -> Footage:
    """Read a video for a run.

    Args:
        data: What the run was trained on.
        at: Take the one clip that begins at this second; None: all of the video.
        short: What to do about a video shorter than a clip; None: refuse it.

    Raises:
        BadInput: It cannot be read, is shorter than a clip, or ends before the clip at `at` does.
    """
    options, length = data.options, data.clip_shape[0]
    box = parse_box(options.box) if options.box else None
    truth, fps, notes = _read(path)
    size = (data.clip_shape[1], data.clip_shape[2])
    seen, rate, _ = _read(path, size=size, fit=options.fit, fps=options.fps, box=box)
    positions = (torch.arange(len(truth), dtype=torch.float64) * rate / fps).clamp(max=len(seen) - 1)
    unused = 0.0
    if len(seen) < length and not at:
        seen = _lengthened(seen, length, short, path)
    elif at is not None:
        first = round(at * rate)
        if first + length > len(seen):
            raise BadInput(
                f"{path} has no clip of {length} frames at {at:g} s: it ends at {len(seen) / rate:.2f} s",
                f"Use an --at of at most {max(0, len(seen) - length) / rate:.2f}.",
            )
        unused = (len(seen) - length) / rate
        seen = seen[first : first + length]
        inside = (positions >= first) & (positions <= first + length - 1)
        truth, positions = truth[inside], positions[inside] - first
    place = geometry((truth.shape[1], truth.shape[2]), size, options.fit, box)
    starts = window_starts(len(seen), length)
    return Footage(path.stem, path, truth, fps, seen, rate, starts, length, positions, place, unused, notes)


def _read(path: Path, **how: object) -> tuple[Tensor, float, list[str]]:
    with open_frames(path, **how) as video:  # type: ignore[arg-type]
        frames = np.stack(list(video.pixels))
        return torch.from_numpy(frames), video.fps, video.notes


def _lengthened(seen: Tensor, length: int, short: Short | None, path: Path) -> Tensor:
    if short is None:
        raise BadInput(
            f"{path} has {len(seen)} frames, a clip of the run has {length}",
            "Add --loop to repeat it, or --hold to let its last frame stand.",
        )
    frames = torch.arange(length)
    return seen[frames % len(seen) if short == "loop" else frames.clamp(max=len(seen) - 1)]
