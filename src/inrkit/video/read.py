"""Reading videos: any file that FFmpeg decodes, a folder of frames, or a video in memory, scaled as it is read."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from av import VideoFrame

from inrkit.errors import BadInput
from inrkit.video.decode import Decoded, decode_file, decode_folder, decode_memory, decode_pictures
from inrkit.video.fit import Box, Fit, Pixels
from inrkit.video.rate import at_rate
from inrkit.video.repair import repaired
from inrkit.video.scale import Scaler
from inrkit.video.types import Video
from inrkit.video.zips import open_zip, split_zip


@dataclass
class Frames:
    """A video being read.

    Attributes:
        fps: Frames a second.
        pixels: Its frames, uint8 RGB (H, W, 3), decoded as they are asked for.
        expected: Frames that there should be, as far as the file says; else 0.
        notes: Filled once all is read: what was wrong, a line each.
        decoded: Frames decoded so far.
        shown: (height, width) of the last of them, upright, with square pixels, before it was scaled.
        varying: Whether frames so far stayed for different times.
    """

    fps: float
    pixels: Iterator[Pixels]
    expected: int
    notes: list[str]
    decoded: int = 0
    shown: tuple[int, int] = (0, 0)
    varying: bool = False


def read_video(
    path: Path | str,
    *,
    size: tuple[int, int] | None = None,
    fit: Fit = "crop",
    fps: float | None = None,
    limit: int | None = None,
) -> Video:
    """Read a video file, a gif or a folder of frames (jpg or png, in natural order, taken to be of 25 a second).

    Args:
        path: File, folder, or folder in a zip file (`films.zip/cat`). The name of the video is its stem.
        size: (height, width) to scale to; None: as it is, with square pixels.
        fit: How other proportions are brought to `size`: `crop`, `pad` or `squash`.
        fps: Frames a second to give, chosen by the times at which frames are shown; None: all frames as they come.
        limit: Read no more than this many frames.

    Returns:
        The video, upright: frames uint8 (T, H, W, 3). Of a damaged file, what can be decoded, with a `UserWarning`.

    Raises:
        BadInput: if it is missing, empty, no video, or nothing of it can be decoded.
    """
    with open_frames(Path(path), size=size, fit=fit, fps=fps) as video:
        frames = np.stack(list(islice(video.pixels, limit)))
    for note in video.notes:
        warnings.warn(note, stacklevel=2)
    return Video(torch.from_numpy(frames), video.fps, Path(path).stem)


@contextmanager
def open_frames(
    video: Path | Video,
    *,
    size: tuple[int, int] | None = None,
    fit: Fit = "crop",
    fps: float | None = None,
    box: Box | None = None,
    threads: int = 0,
) -> Iterator[Frames]:
    """Read a video frame by frame, in bounded memory. Arguments as of :func:`read_video`.

    Args:
        box: Part of each upright frame to take.
        threads: Threads that decode this one file; 0: as many as FFmpeg likes. Take 1 where files are read at once.

    Raises:
        BadInput: here, or when a frame is reached that cannot be used.
    """
    if fps is not None and not 0 < fps <= 1000:
        raise BadInput(f"{fps} frames a second cannot be read", "Choose a number such as 25, at most 1000.")
    with _decoded(video, threads) as decoded:
        name = video.name if isinstance(video, Video) else str(video)
        scale = Scaler(size, fit, decoded.aspect)
        frames = Frames(fps or decoded.fps, iter(()), decoded.expected, decoded.notes)
        source = repaired(_watched(decoded.frames, frames, scale, name), box, name)
        if fps is not None:
            source = at_rate(source, fps, decoded.fps)
        frames.pixels = _of_one_size(map(scale, source), name)
        yield frames


@contextmanager
def _decoded(video: Path | Video, threads: int) -> Iterator[Decoded]:
    if isinstance(video, Video):
        yield decode_memory(video)
        return
    try:
        is_folder, inside = video.is_dir(), split_zip(video)
    except OSError:  # such as a name that is too long: said when it is opened
        is_folder, inside = False, None
    if is_folder:
        yield decode_folder(video)
    elif inside is not None:
        pictures = open_zip(inside[0]).pictures(inside[1])
        if not pictures:
            raise BadInput(f"{video} holds no frames", "A folder in a zip file has jpg or png files directly in it.")
        yield decode_pictures(pictures)
    else:
        with decode_file(video, threads) as decoded:
            yield decoded


def _watched(source: Iterable[VideoFrame], frames: Frames, scale: Scaler, name: str) -> Iterator[VideoFrame]:
    """The frames, noting what goes by."""
    before, usual = None, 0.0
    first, other = (0, 0), ""
    for frame in source:
        frames.shown = scale.shown(frame)
        first = first if frames.decoded else frames.shown
        if not other and frames.shown != first:
            other = f"{frames.shown[0]}x{frames.shown[1]} at frame {frames.decoded}"
        frames.decoded += 1
        if before is not None and frame.time is not None:
            stayed = frame.time - before
            usual = usual or stayed
            frames.varying |= not 0.5 < stayed / (usual or 1) < 2
        before = frame.time
        yield frame
    frames.varying &= not frames.notes  # what is damaged has gaps
    if other:
        frames.notes.append(f"{name} changes its size from {first[0]}x{first[1]} to {other}: each is scaled by itself")


def _of_one_size(frames: Iterable[Pixels], name: str) -> Iterator[Pixels]:
    first: tuple[int, ...] = ()
    for index, pixels in enumerate(frames):
        first = first or pixels.shape
        if pixels.shape != first:
            sizes = f"{first[0]}x{first[1]} to {pixels.shape[0]}x{pixels.shape[1]}"
            raise BadInput(f"{name} changes its size from {sizes} at frame {index}", "Give a size to scale it to.")
        yield pixels
