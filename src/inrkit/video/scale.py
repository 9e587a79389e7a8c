"""Decoded frames to RGB pixels of the wanted size."""

from __future__ import annotations

from av import VideoFrame
from av.video.reformatter import ColorRange, Interpolation, VideoReformatter

from inrkit.errors import BadInput
from inrkit.video.container import MAX_PIXELS
from inrkit.video.fit import Fit, Pixels, place
from inrkit.video.orientation import Orientation, orientation_of

# Most files hold colour at half size. Without these flags libswscale halves it again when it makes a frame smaller.
EXACT = Interpolation.FULL_CHR_H_INT | Interpolation.FULL_CHR_H_INP | Interpolation.ACCURATE_RND
SMALLER, LARGER = Interpolation.AREA | EXACT, Interpolation.BICUBIC | EXACT


class Scaler:
    """Converts, turns and scales the frames of one video. It keeps one libswscale context, so use it in one thread.

    Args:
        size: (height, width) of the result; None: that of each frame, at square pixels and no fewer of them.
        fit: How frames of other proportions are brought to `size`.
        aspect: Width of a pixel of the frames over its height.
    """

    def __init__(self, size: tuple[int, int] | None, fit: Fit, aspect: float = 1.0) -> None:
        self._size = size
        self._fit = fit
        self._aspect = aspect
        self._reformatter = VideoReformatter()
        self._last: tuple[VideoFrame, Pixels] | None = None

    def __call__(self, frame: VideoFrame) -> Pixels:
        """uint8 RGB (H, W, 3), upright."""
        if self._last is None or self._last[0] is not frame:  # one that is shown again is not scaled again
            self._last = frame, self._scaled(frame)
        return self._last[1]

    def shown(self, frame: VideoFrame) -> tuple[int, int]:
        """(height, width) of a frame when it stands upright and its pixels are square."""
        return self._upright(frame, orientation_of(frame))

    def _upright(self, frame: VideoFrame, orientation: Orientation) -> tuple[int, int]:
        height = round(frame.height / min(1.0, self._aspect))
        width = round(frame.width * max(1.0, self._aspect))
        return orientation.size(height, width)

    def _scaled(self, frame: VideoFrame) -> Pixels:
        orientation = orientation_of(frame)
        upright = self._upright(frame, orientation)
        placement = place(upright, self._size or upright, self._fit)
        height, width = orientation.size(*placement.scaled)
        if height * width > MAX_PIXELS:
            raise BadInput(
                f"a frame of {upright[0]}x{upright[1]} would be scaled to {height}x{width}", "Use fit squash."
            )
        shrinks = height < frame.height or width < frame.width
        rgb = self._reformatter.reformat(
            frame,
            width=width,
            height=height,
            format="rgb24",
            interpolation=SMALLER if shrinks else LARGER,
            dst_color_range=ColorRange.JPEG,  # 0 to 255, whatever range the file has
            threads=1,
        )
        return placement.apply(orientation.show(rgb.to_ndarray()))
