"""Another frame rate, by the times at which frames are shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from av import VideoFrame

LONGEST = 60.0
"""Seconds a frame may stay. A longer gap, or a step back, is an error of the clock: the next frame follows at once."""


def at_rate(frames: Iterable[VideoFrame], fps: float, usual: float) -> Iterator[VideoFrame]:
    """For each time 0, 1/fps, 2/fps, … the frame that is nearest; some come several times, some never.

    Args:
        fps: Frames a second to give.
        usual: Frames a second where frames carry no times; the last frame is shown that long.
    """
    given, now = 0, 0.0
    shown: VideoFrame | None = None
    for frame in frames:
        if shown is not None:
            later = now + _step(shown, frame, usual)
            while given / fps < (now + later) / 2 - 1e-9:
                yield shown
                given += 1
            now = later
        shown = frame
    while shown is not None and given / fps < now + 1 / usual - 1e-6:
        yield shown
        given += 1


def _step(shown: VideoFrame, frame: VideoFrame, usual: float) -> float:
    if shown.time is None or frame.time is None or not 0 < frame.time - shown.time <= LONGEST:
        return 1 / usual
    return frame.time - shown.time
