"""Which way up a frame is shown: turned by quarters, mirrored, or as it is stored."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from av import VideoFrame
from av.sidedata.sidedata import SideDataContainer, Type
from numpy.typing import NDArray

from inrkit.video.fit import Box


class Orientation(NamedTuple):
    """From the picture that is stored to the one that is shown: sides swapped, then rows and columns turned."""

    swapped: bool
    rows: bool
    columns: bool

    def size(self, height: int, width: int) -> tuple[int, int]:
        """(height, width) of what is shown for that of what is stored, and the other way round."""
        return (width, height) if self.swapped else (height, width)

    def show(self, stored: NDArray[Any]) -> NDArray[Any]:
        """The picture (H, W, C) as it is shown, a view."""
        upright = stored.swapaxes(0, 1) if self.swapped else stored
        return upright[:: -1 if self.rows else 1, :: -1 if self.columns else 1]

    def stored(self, box: Box, shown: tuple[int, int]) -> Box:
        """Where a box in a picture that is shown, of (height, width) `shown`, lies in what is stored."""
        height, width, top, left = box
        top = shown[0] - top - height if self.rows else top
        left = shown[1] - left - width if self.columns else left
        return Box(width, height, left, top) if self.swapped else Box(height, width, top, left)


def set_orientation(frame: VideoFrame, orientation: Orientation) -> None:
    """Say how a frame is shown, whatever its display matrix says.

    Of what is set, PyAV keeps the address, and forgets it with the first frame that goes: so each has one of its own.
    """
    frame.opaque = Orientation(*orientation)


def settle_orientation(frame: VideoFrame, codec: str) -> None:
    """Say how a frame is shown where its display matrix must not be asked for.

    PyAV 18 frees the metadata of side data twice, and the process with it. Of all decoders, that of PNG alone
    makes some: the name of a colour profile. Its frames may be turned, but are taken not to be mirrored.
    """
    if codec in ("png", "apng"):
        set_orientation(frame, _shown_by(_turned(frame)))


def orientation_of(frame: VideoFrame) -> Orientation:
    """How a frame is shown: as was set where a reader knew, or by its display matrix.

    By that, a pixel at (x, y) is shown at (a x + c y, b x + d y).
    """
    if isinstance(frame.opaque, Orientation):
        return frame.opaque
    return _shown_by(_display_matrix(frame))


def _shown_by(matrix: tuple[int, int, int, int]) -> Orientation:
    a, b, c, d = matrix
    if abs(b) + abs(c) > abs(a) + abs(d):
        return Orientation(True, b < 0, c < 0)
    return Orientation(False, d < 0, a < 0)


def _display_matrix(frame: VideoFrame) -> tuple[int, int, int, int]:
    container: Any = SideDataContainer  # made here: PyAV 18's `frame.side_data` keeps the frame in a circle
    try:
        a, b, _, c, d, *_ = np.frombuffer(bytes(container(frame)[Type.DISPLAYMATRIX]), np.int32).tolist()
    except KeyError:
        return 1, 0, 0, 1
    except ValueError:  # PyAV 18, where another piece beside it is of a kind it does not know
        return _turned(frame)
    return a, b, c, d


def _turned(frame: VideoFrame) -> tuple[int, int, int, int]:
    """The matrix of its quarter turns, which PyAV counts counterclockwise; it does not say whether it is mirrored."""
    return ((1, 0, 0, 1), (0, -1, 1, 0), (-1, 0, 0, -1), (0, 1, -1, 0))[round(frame.rotation / 90) % 4]
