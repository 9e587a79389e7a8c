"""Writing videos and pictures, in the format that the suffix names."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import ceil, sqrt
from pathlib import Path

import av
import numpy as np
import torch
from av.video.reformatter import ColorRange, Colorspace, Interpolation
from PIL import Image
from torch import Tensor

from inrkit.errors import BadInput
from inrkit.video.atomic import replacing
from inrkit.video.fit import Pixels
from inrkit.video.gif import encode_gif
from inrkit.video.scale import EXACT

_BT709 = 1  # the number of BT.709 as matrix, primaries and transfer alike, in FFmpeg and in the standard (H.273)
_SHEET_FRAMES = 16


def write_video(path: Path | str, frames: Tensor, fps: float = 25.0) -> None:
    """Write a video; an old file of that name is replaced once the new one is whole.

    Args:
        path: `.mp4` (H.264, plays anywhere; odd sizes grow by a row or column), `.gif` (repeats for ever) or `.png`
            (a sheet of up to 16 frames). Missing folders are made.
        frames: uint8 RGB (T, H, W, 3).
        fps: Frames a second.

    Raises:
        BadInput: for another suffix, or frames that are no video.
        InrkitError: if the file cannot be written.
    """
    path = Path(path)
    encode = _ENCODERS.get(path.suffix.lower())
    if encode is None:
        raise BadInput(f"{path} names no format that can be written", f"Use one of {', '.join(_ENCODERS)}.")
    if frames.dtype != torch.uint8 or frames.ndim != 4 or frames.shape[-1] != 3 or not frames.numel():
        found = f"{str(frames.dtype).removeprefix('torch.')} {tuple(frames.shape)}"
        raise BadInput(f"{path} cannot be written: its frames are {found}", "They have to be uint8 (T, H, W, 3).")
    if not 0 < fps < 1000:
        raise BadInput(f"{path} cannot be written with {fps} frames a second", "Choose a number such as 25.")
    with replacing(path) as unfinished:
        encode(unfinished, frames.detach().cpu().contiguous().numpy(), Fraction(fps).limit_denominator(1001))


def write_png(path: Path | str, image: Tensor) -> None:
    """Write a picture, uint8 RGB (H, W, 3), as PNG; an old file is replaced once the new one is whole.

    Raises:
        InrkitError: if the file cannot be written.
    """
    with replacing(Path(path)) as unfinished:
        Image.fromarray(image.detach().cpu().contiguous().numpy()).save(unfinished, format="PNG")


def _encode_mp4(path: Path, frames: Pixels, rate: Fraction) -> None:
    height, width = frames.shape[1:3]
    even = np.pad(frames, ((0, 0), (0, height % 2), (0, width % 2), (0, 0)), mode="edge")  # as 4:2:0 needs
    with av.open(str(path.absolute()), "w", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=rate, options={"crf": "18"})
        stream.height, stream.width = even.shape[1:3]
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        context.color_range = ColorRange.MPEG
        for frame in even:
            container.mux(stream.encode(_to_yuv(frame)))
        container.mux(stream.encode())


def _to_yuv(frame: Pixels) -> av.VideoFrame:
    return av.VideoFrame.from_ndarray(frame, format="rgb24").reformat(
        format="yuv420p",
        dst_colorspace=Colorspace.ITU709,
        dst_color_range=ColorRange.MPEG,
        interpolation=Interpolation.AREA | EXACT,
    )


def _encode_png(path: Path, frames: Pixels, rate: Fraction) -> None:
    """Frames from left to right and from top to bottom, evenly spaced from the first to the last."""
    count = min(len(frames), _SHEET_FRAMES)
    chosen = frames[np.linspace(0, len(frames) - 1, count).round().astype(int)]
    columns = ceil(sqrt(count))
    rows = ceil(count / columns)
    cells = np.zeros((rows * columns, *frames.shape[1:]), np.uint8)
    cells[:count] = chosen
    height, width = frames.shape[1:3]
    sheet = cells.reshape(rows, columns, height, width, 3).swapaxes(1, 2).reshape(rows * height, columns * width, 3)
    Image.fromarray(sheet).save(path, format="PNG")


_ENCODERS: dict[str, Callable[[Path, Pixels, Fraction], None]] = {
    ".mp4": _encode_mp4,
    ".gif": encode_gif,
    ".png": _encode_png,
}
