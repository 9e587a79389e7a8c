"""Videos as pictures in the page: moving ones, each with a still one for paper and for who wants no movement."""

from __future__ import annotations

import math
from base64 import b64encode
from io import BytesIO
from typing import Any

import torch
from PIL import Image, features
from torch import Tensor

from inrkit.engine.comparison import smaller
from inrkit.engine.reporter import Reporter
from inrkit.errors import BadInput
from inrkit.report.mosaic import enlarged
from inrkit.report.page.html import Html, tag

FRAMES, HEIGHT, WIDTH = 32, 128, 256
"""Frames of a moving picture, and pixels of each video in it, at most."""

TINY = 48
"""Videos of fewer pixels in height are enlarged: WebP keeps colours at half the size."""

MOVING = 0.8
"""The share of a moving picture; the rest is for the still one beside it."""

QUALITIES = (90, 75, 50)
"""Of WebP, tried until a picture is small enough."""


class Pictures:
    """Makes pictures, each of no more than its share of a number of bytes.

    Args:
        room: Bytes of all pictures together, as they stand in the page.
        count: How many moving ones there will be.
        reporter: Told of each of them.
    """

    def __init__(self, room: int, count: int, reporter: Reporter) -> None:
        if not features.check("webp"):
            raise BadInput("the report needs Pillow with WebP, and this one has none", "Install Pillow from a wheel.")
        self._most = int(room / max(1, count) * 0.75)  # base64 makes four characters of three bytes
        self._count, self._done, self._reporter = count, 0, reporter

    def moving(self, video: Tensor, fps: float, alt: str, columns: int = 1) -> Html:
        """A video that plays for ever, uint8 (T, H, W, 3), and its middle frame: one of the two is shown.

        Args:
            alt: What there is to see.
            columns: How many videos it holds side by side, which are shown a little apart.
        """
        frames = _fewer(video, FRAMES)
        seconds = len(video) / fps
        data = _small_enough(frames, seconds, int(self._most * MOVING))
        height, width = frames.shape[1:3]
        size = {"width": width, "height": height, "alt": alt, "decoding": "async"}
        middle = _small_enough(frames[len(frames) // 2][None], seconds, int(self._most * (1 - MOVING)))
        self._done += 1
        self._reporter.measuring("pictures made", self._done, self._count)
        moving = tag("img", class_="moving", src=_source(data), **size)
        return tag("div", moving, tag("img", class_="still", src=_source(middle), **size), class_=f"strip of{columns}")


def _small_enough(frames: Tensor, seconds: float, most: int) -> bytes:
    """WebP of lower quality, then half the size, then half the frames, until it fits or there is one pixel."""
    while True:
        for quality in QUALITIES:
            data = _webp(frames, quality, seconds)
            if len(data) <= most:
                return data
        if len(frames) == 1 and min(frames.shape[1:3]) == 1:
            return data
        halved = torch.stack([smaller(frame, max(1, frame.shape[0] // 2)) for frame in frames])
        frames = halved if halved.shape[1] >= HEIGHT // 4 or len(frames) == 1 else _fewer(frames, len(frames) // 2)


def still(frame: Tensor) -> str:
    """The address of a picture, uint8 (H, W, 3), that holds the picture itself."""
    return _source(_webp(frame[None], QUALITIES[0], 1.0))


def shown_size(video: Tensor) -> Tensor:
    """uint8 (T, H, W, 3), no larger than is shown."""
    height, width = video.shape[1:3]
    step = max(math.ceil(height / HEIGHT), math.ceil(width / WIDTH))
    if height < TINY and step == 1:
        return torch.stack([enlarged(frame, 2) for frame in video])
    return torch.stack([smaller(frame, max(1, height // step)) for frame in video])


def _fewer(video: Tensor, most: int) -> Tensor:
    """At most `most` frames, evenly spaced."""
    count = max(1, min(most, len(video)))
    return video[torch.linspace(0, len(video) - 1, count).round().long()]


def _webp(frames: Tensor, quality: int, seconds: float) -> bytes:
    first, *others = (Image.fromarray(frame.contiguous().numpy()) for frame in frames)
    options: dict[str, Any] = {"quality": quality, "method": 4}
    if others:
        duration = max(20, round(1000 * seconds / len(frames)))
        options |= {"save_all": True, "append_images": others, "duration": duration, "loop": 0}
    file = BytesIO()
    first.save(file, "WEBP", **options)
    return file.getvalue()


def _source(data: bytes) -> str:
    return f"data:image/webp;base64,{b64encode(data).decode()}"
