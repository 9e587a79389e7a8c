"""Opening what others made: a regular local file, read by FFmpeg without a way to anything else."""

from __future__ import annotations

import io
import os
import stat
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import av
from av.container import InputContainer
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from inrkit.errors import BadInput

MAX_PIXELS = 2**26
"""Largest frame that is decoded, height times width: twice 8K. A file of a few bytes can claim any size."""

LEAVE_OUT = "Leave it out, or copy or convert it again."
GIVE = "Give a video file, or a folder of frames."

# They fetch other files, devices or hosts, take the name for a pattern, or see a video in any text.
_REFUSED = (
    {"concat", "dash", "hls", "imf", "webm_dash_manifest", "sdp", "rtp", "rtsp", "sap", "srt"}
    | {"image2", "lavfi", "fbdev", "video4linux2,v4l2", "x11grab", "alsa", "oss", "pulse", "jack", "tty"}
)  # fmt: skip


def open_local(path: Path) -> io.FileIO:
    """A file for reading. Never waits, as opening a pipe would.

    Raises:
        BadInput: if it is missing, empty, no regular file, or may not be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (FileNotFoundError, NotADirectoryError):
        raise BadInput(f"{path} does not exist", GIVE) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise BadInput(f"{path} cannot be read: {reason}", "Give a file that may be read.") from error
    file = io.FileIO(descriptor, "rb")
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        file.close()
        raise BadInput(f"{path} is no file but a folder, a device or a pipe", GIVE)
    if not found.st_size:
        file.close()
        raise BadInput(f"{path} is empty", LEAVE_OUT)
    return file


def open_container(file: BinaryIO | io.FileIO, suffix: str = "") -> InputContainer:
    """The container in an open file.

    FFmpeg gets the file, not its name, of which it would read `a%03d.png` as a pattern and `concat:a|b` as a protocol.
    All it learns is the suffix, by which it recognises a few formats.
    """
    file.name = f"video{suffix}" if suffix[1:].isalnum() else "video"  # type: ignore[misc]
    options = {"protocol_whitelist": "file", "format_whitelist": _allowed_formats()}
    container: InputContainer = av.open(file, "r", options=options, buffer_size=2**18)
    return container


def open_image(data: bytes, name: str) -> tuple[InputContainer, bytes]:
    """The container of a picture in memory, and its Exif.

    FFmpeg decodes a picture as soon as it is opened, so its size is looked at first.

    Raises:
        BadInput: if it is too large.
    """
    parse: Any = PngImageFile if data.startswith(b"\x89PNG") else JpegImageFile
    try:
        with parse(io.BytesIO(data)) as image:
            width, height = image.size
            exif = image.info.get("exif", b"")
    except (SyntaxError, OSError, ValueError, IndexError, EOFError):
        width, height, exif = 0, 0, b""  # FFmpeg says what is wrong with it, if anything is
    check_pixels(height, width, name)
    return open_container(io.BytesIO(data)), exif


def check_pixels(height: int, width: int, name: str) -> None:
    """Refuse frames larger than `MAX_PIXELS`.

    Raises:
        BadInput: naming the size.
    """
    if height * width > MAX_PIXELS:
        most = f"The largest frames that are read have {MAX_PIXELS / 1e6:.0f} million pixels."
        raise BadInput(f"{name} has frames of {height}x{width} pixels", most)


@cache
def _allowed_formats() -> str:
    names = {name for name in av.formats_available if _is_input(name)}
    return ",".join(sorted(names - _REFUSED))


def _is_input(name: str) -> bool:
    try:
        return av.ContainerFormat(name, "r").is_input
    except ValueError:
        return False
