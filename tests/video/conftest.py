"""Small videos that tests write themselves."""

import os
import warnings
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

Pixels = np.ndarray


@pytest.fixture
def pictures() -> Callable[..., Pixels]:
    """Smooth pictures, each different: frame i has red = 8 i everywhere; green and blue are ramps."""

    def make(count: int = 10, height: int = 24, width: int = 32) -> Pixels:
        frames = np.empty((count, height, width, 3), np.uint8)
        frames[..., 0] = (8 * np.arange(count) % 256)[:, None, None]
        frames[..., 1] = np.linspace(0, 255, width).round()[None, None, :]
        frames[..., 2] = np.linspace(0, 255, height).round()[None, :, None]
        return frames

    return make


@pytest.fixture
def lossless() -> Callable[[Path, Pixels], Path]:
    """Writes frames to a file that holds them exactly (FFV1, RGB)."""

    def write(path: Path, frames: Pixels, rate: Fraction = Fraction(25)) -> Path:
        with av.open(str(path), "w") as container:
            stream = container.add_stream("ffv1", rate=rate)
            stream.height, stream.width, stream.pix_fmt = *frames.shape[1:3], "bgr0"
            for frame in frames:
                container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24").reformat(format="bgr0")))
            container.mux(stream.encode())
        return path

    return write


@pytest.fixture
def encoded() -> Callable[..., Path]:
    """Writes frames in the usual way of the suffix, at 25 a second, a key frame every 10."""

    def write(path: Path, frames: Pixels, faststart: bool = True) -> Path:
        name, how = {
            ".mp4": ("libx264", {"crf": "18"}),
            ".mkv": ("libx264", {"crf": "18"}),
            ".mov": ("libx264", {"crf": "18"}),
            ".webm": ("libvpx-vp9", {"crf": "20", "b": "0", "cpu-used": "8", "deadline": "realtime"}),
            ".avi": ("mpeg4", {"q": "2"}),
            ".mpg": ("mpeg1video", {"b": "4000000"}),
        }[path.suffix]
        mov = {"movflags": "+faststart"} if faststart and path.suffix in (".mp4", ".mov") else {}
        with av.open(str(path), "w", options=mov) as container:
            stream = container.add_stream(name, rate=Fraction(25), options={**how, "g": "10", "bf": "0"})
            stream.height, stream.width, stream.pix_fmt = *frames.shape[1:3], "yuv420p"
            for frame in frames:
                container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
            container.mux(stream.encode())
        return path

    return write


@pytest.fixture
def fork() -> Callable[[Callable[[], int | None]], int]:
    """Starts a copy of this process, which runs a function and ends with what it returns; gives its number."""

    def start(function: Callable[[], int | None]) -> int:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of threads, of which ours are all at rest
            child = os.fork()
        if child:
            return child
        try:
            os._exit(function() or 0)
        finally:
            os._exit(70)

    return start
