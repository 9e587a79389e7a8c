"""Which way up a camera held a picture, as the picture itself says."""

from __future__ import annotations

from inrkit.video.orientation import Orientation

_ORIENTATION = 0x0112
_SHOWN = {
    2: Orientation(False, False, True),
    3: Orientation(False, True, True),
    4: Orientation(False, True, False),
    5: Orientation(True, False, False),
    6: Orientation(True, False, True),
    7: Orientation(True, True, True),
    8: Orientation(True, True, False),
}


def exif_orientation(exif: bytes) -> Orientation | None:
    """How a picture with this Exif is shown; None where it does not say.

    Read here and not by Pillow, which warns of what it makes nothing of, and not by FFmpeg, whose display matrix
    PyAV 18 does not give for a frame with Exif.
    """
    data = exif.removeprefix(b"Exif\0\0")
    if data[:4] not in (b"II*\0", b"MM\0*"):
        return None

    def number(at: int, size: int) -> int:
        return int.from_bytes(data[at : at + size], "little" if data[:1] == b"I" else "big")

    entries = number(4, 4)
    for at in range(entries + 2, min(entries + 2 + 12 * number(entries, 2), len(data)), 12):
        if number(at, 2) == _ORIENTATION:
            return _SHOWN.get(number(at + 8, 2))
    return None
