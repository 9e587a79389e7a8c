"""Where one shot of a film ends and the next begins."""

from __future__ import annotations

import numpy as np

from inrkit.video.fit import Pixels

SUDDEN = 0.1
"""How much a frame has to differ from the one before, as a mean over pixels of 0 to 1, and more than that one did."""


class ShotCuts:
    """Looks at the frames of a video one after the other, as FFmpeg's `scdet` does."""

    def __init__(self) -> None:
        self._last: Pixels | None = None
        self._change = 0.0

    def begins(self, frame: Pixels) -> bool:
        """Whether a new shot begins with this frame, uint8 (H, W, 3). Fast motion and slow fades are no cuts."""
        last, self._last = self._last, frame
        if last is None:
            return False
        before = self._change
        self._change = float(np.abs(frame.astype(np.int16) - last).mean()) / 255
        return min(self._change, abs(self._change - before)) > SUDDEN
