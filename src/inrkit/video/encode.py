"""The formats in which videos are written: a function each, from frames to a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from math import ceil, sqrt
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation
from av.video.stream import VideoStream
from PIL import Image

from inrkit.video.fit import Pixels
from inrkit.video.gif import encode_gif
from inrkit.video.scale import EXACT

_BT709 = 1  # the number of BT.709 as matrix, primaries and transfer alike, in FFmpeg and in the standard (H.273)
_SHEET_FRAMES = 16
_LARGE = 2**22
"""Pixels of a frame from which x264 looks fewer frames ahead: it keeps them all, at about 5 bytes a pixel."""

Encode = Callable[[Path, Iterable[Pixels], tuple[int, int], Fraction], None]
"""Takes the file, the frames, uint8 RGB (H, W, 3), their size (H, W), and frames a second."""


def _encode_mp4(path: Path, frames: Iterable[Pixels], size: tuple[int, int], rate: Fraction) -> None:
    """H.264, 4:2:0, which plays anywhere."""
    height, width = size
    with av.open(str(path.absolute()), "w", options={"movflags": "+faststart"}) as container:
        ahead = {"rc-lookahead": "10"} if height * width > _LARGE else {}
        stream = container.add_stream("libx264", rate=rate, options={"crf": "18", **ahead})
        stream.height, stream.width = height + height % 2, width + width % 2  # as 4:2:0 needs
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        context.color_range = ColorRange.MPEG
        for frame in frames:
            even = np.pad(frame, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
            container.mux(stream.encode(_to_yuv(even)))
        container.mux(stream.encode())


def _to_yuv(frame: Pixels) -> av.VideoFrame:
    return av.VideoFrame.from_ndarray(frame, format="rgb24").reformat(
        format="yuv420p",
        dst_colorspace=Colorspace.ITU709,
        dst_color_range=ColorRange.MPEG,
        interpolation=Interpolation.AREA | EXACT,
        threads=1,
    )


def _lossless(codec: str, pix_fmt: str, **options: str) -> Encode:
    """Every pixel comes back as it was."""

    def encode(path: Path, frames: Iterable[Pixels], size: tuple[int, int], rate: Fraction) -> None:
        with av.open(str(path.absolute()), "w", options=options) as container:
            stream = container.add_stream(codec, rate=rate)
            assert isinstance(stream, VideoStream)
            (stream.height, stream.width), stream.pix_fmt = size, pix_fmt
            for frame in frames:
                picture = av.VideoFrame.from_ndarray(frame, format="rgb24").reformat(format=pix_fmt)
                container.mux(stream.encode(picture))
            container.mux(stream.encode())

    return encode


def _encode_png(path: Path, frames: Iterable[Pixels], size: tuple[int, int], rate: Fraction) -> None:
    """Frames from left to right and from top to bottom, evenly spaced from the first to the last."""
    kept = _thinned(frames)
    shown = sheet_frames(len(kept))
    rows, columns = sheet_grid(len(kept))
    height, width = size
    sheet = np.zeros((rows * height, columns * width, 3), np.uint8)
    for cell, chosen in enumerate(shown):
        top, left = cell // columns * height, cell % columns * width
        sheet[top : top + height, left : left + width] = kept[chosen]
    Image.fromarray(sheet).save(path, format="PNG")


def sheet_frames(count: int) -> list[int]:
    """Which of `count` frames a sheet shows."""
    shown: list[int] = np.linspace(0, count - 1, min(count, _SHEET_FRAMES)).round().astype(int).tolist()
    return shown


def sheet_grid(count: int) -> tuple[int, int]:
    """(rows, columns) of a sheet of `count` frames."""
    shown = min(count, _SHEET_FRAMES)
    columns = ceil(sqrt(shown))
    return ceil(shown / columns), columns


def _thinned(frames: Iterable[Pixels]) -> list[Pixels]:
    """Evenly spaced frames, a few times as many as a sheet shows, however many there are; and the last one."""
    kept: list[Pixels] = []
    last: Pixels | None = None
    step = 1
    for index, frame in enumerate(frames):
        last = frame
        if index % step == 0:
            kept.append(frame)
        if len(kept) > 4 * _SHEET_FRAMES:
            kept, step = kept[::2], step * 2
    return kept if last is None or last is kept[-1] else [*kept, last]


ENCODERS: dict[str, Encode] = {
    ".mp4": _encode_mp4,
    ".gif": encode_gif,
    ".png": _encode_png,
    ".mkv": _lossless("ffv1", "bgr0", fflags="+bitexact"),
    ".apng": _lossless("apng", "rgb24", plays="0"),
}
