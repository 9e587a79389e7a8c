"""Decoded frames to RGB pixels of the wanted size."""

from __future__ import annotations

import numpy as np
from av import VideoFrame
from av.video.reformatter import ColorRange, Interpolation, VideoReformatter

from inrkit.video.fit import Fit, Pixels, place

# Most files hold colour at half size. Without these flags libswscale halves it again when it makes a frame smaller.
EXACT = Interpolation.FULL_CHR_H_INT | Interpolation.FULL_CHR_H_INP | Interpolation.ACCURATE_RND


class Scaler:
    """Converts, turns and scales the frames of one video. It keeps one libswscale context, so use it in one thread.

    Args:
        size: (height, width) of the result; None: that of each frame.
        fit: How frames of other proportions are brought to `size`.
    """

    def __init__(self, size: tuple[int, int] | None, fit: Fit) -> None:
        self._size = size
        self._fit = fit
        self._reformatter = VideoReformatter()

    def __call__(self, frame: VideoFrame) -> Pixels:
        """uint8 RGB (H, W, 3), upright."""
        turns = round(frame.rotation / 90) % 4  # quarters, counterclockwise
        upright = (frame.width, frame.height) if turns % 2 else (frame.height, frame.width)
        placement = place(upright, self._size or upright, self._fit)
        height, width = reversed(placement.scaled) if turns % 2 else placement.scaled
        shrinks = height < frame.height or width < frame.width
        rgb = self._reformatter.reformat(
            frame,
            width=width,
            height=height,
            format="rgb24",
            interpolation=(Interpolation.AREA if shrinks else Interpolation.BICUBIC) | EXACT,
            dst_color_range=ColorRange.JPEG,  # 0 to 255, whatever range the file has
            threads=1,
        )
        return placement.apply(np.rot90(rgb.to_ndarray(), turns))
