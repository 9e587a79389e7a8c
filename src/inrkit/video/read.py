"""Reading videos: any file that FFmpeg decodes, a folder of frames, or a video in memory, scaled as it is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from inrkit.errors import BadInput
from inrkit.video.decode import FOLDER_FPS, decode_file, decode_folder, decode_memory
from inrkit.video.fit import Fit, Pixels
from inrkit.video.scale import Scaler
from inrkit.video.types import Video


class Frames(NamedTuple):
    """A video being read: frames a second, and its frames, uint8 RGB (H, W, 3), decoded as they are asked for."""

    fps: float
    pixels: Iterator[Pixels]


def read_video(
    path: Path | str, *, size: tuple[int, int] | None = None, fit: Fit = "crop", limit: int | None = None
) -> Video:
    """Read a video file, a gif or a folder of frames (jpg or png, in natural order, taken to be of 25 a second).

    Args:
        path: File or folder. The name of the video is its stem.
        size: (height, width) to scale to; None: as it is.
        fit: How other proportions are brought to `size`: `crop`, `pad` or `squash`.
        limit: Read no more than this many frames.

    Returns:
        The video, upright: frames uint8 (T, H, W, 3).

    Raises:
        BadInput: if it is missing, empty, damaged or no video.
    """
    with open_frames(Path(path), size=size, fit=fit) as (fps, pixels):
        frames = np.stack(list(islice(pixels, limit)))
    return Video(torch.from_numpy(frames), fps, Path(path).stem)


@contextmanager
def open_frames(
    video: Path | Video, *, size: tuple[int, int] | None = None, fit: Fit = "crop", threads: int = 0
) -> Iterator[Frames]:
    """Read a video frame by frame, in bounded memory. Arguments as of :func:`read_video`.

    Args:
        threads: Threads that decode this one file; 0: as many as FFmpeg likes. Take 1 where files are read at once.

    Raises:
        BadInput: here, or when the frame is reached that cannot be decoded.
    """
    scale = Scaler(size, fit)
    if isinstance(video, Video):
        yield Frames(video.fps, map(scale, decode_memory(video)))
    elif video.is_dir():
        yield Frames(FOLDER_FPS, _of_one_size(map(scale, decode_folder(video)), video))
    else:
        with decode_file(video, threads) as (fps, frames):
            yield Frames(fps, _of_one_size(map(scale, frames), video))


def _of_one_size(frames: Iterable[Pixels], path: Path) -> Iterator[Pixels]:
    first: tuple[int, ...] = ()
    for index, pixels in enumerate(frames):
        first = first or pixels.shape
        if pixels.shape != first:
            sizes = f"{first[0]}x{first[1]} to {pixels.shape[0]}x{pixels.shape[1]}"
            raise BadInput(f"{path} changes its size from {sizes} at frame {index}", "Give a size to scale it to.")
        yield pixels
