"""Small videos that tests write themselves."""

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
