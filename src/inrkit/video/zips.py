"""Zip files of frame folders, read in place. Nothing is unpacked, and a path may go on inside: `films.zip/cat`."""

from __future__ import annotations

import lzma
import re
import zipfile
import zlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from inrkit.errors import BadInput
from inrkit.video.container import LEAVE_OUT, open_local
from inrkit.video.natural import natural

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png"})
MAX_ENTRY = 2**28  # bytes of one unpacked picture
MAX_UNPACKED = 2**40
MAX_RATIO = 200  # pictures are compressed already; deflate reaches 1000 on zeros

_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)  # fmt: skip  # noqa: E501


class Picture(NamedTuple):
    """An image file, wherever it is. `read` gives its bytes, and not many more than are allowed."""

    name: str
    read: Callable[[], bytes]


class FrameZip:
    """A zip file of folders of images.

    Raises:
        BadInput: if it is damaged or encrypted, if a name leads out of it, or if it would unpack to far too much.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        open_local(path).close()
        try:
            self._zip = zipfile.ZipFile(path)
        except _BROKEN as error:
            raise BadInput(f"{path} is no zip file that can be read: {error}", LEAVE_OUT) from error
        try:
            self._folders = self._look_through()
        except BadInput:
            self._zip.close()
            raise

    def folders(self) -> list[Path]:
        """The folders that hold images, in natural order, as paths that begin with that of the zip file."""
        names = sorted(self._folders, key=lambda name: [natural(part) for part in PurePosixPath(name).parts])
        return [self.path / name for name in names]

    def pictures(self, folder: str) -> list[Picture]:
        """The images of a folder, in natural order."""
        return [
            Picture(f"{self.path}/{entry.filename}", self._reader(entry)) for entry in self._folders.get(folder, [])
        ]

    def fingerprint(self, folder: str) -> list[tuple[str, int, int]]:
        """Name, size and CRC-32 of each image of a folder."""
        return [(entry.filename, entry.file_size, entry.CRC) for entry in self._folders.get(folder, [])]

    def _look_through(self) -> dict[str, list[zipfile.ZipInfo]]:
        """Folder to its images, in natural order, once all entries have been checked."""
        folders: dict[str, list[zipfile.ZipInfo]] = {}
        entries = [entry for entry in self._zip.infolist() if not entry.is_dir()]
        for entry in entries:
            self._check(entry)
            name = PurePosixPath(entry.filename)
            hidden = any(part.startswith((".", "__MACOSX")) for part in name.parts)
            if name.suffix.lower() in IMAGE_SUFFIXES and not hidden:
                folders.setdefault(str(name.parent), []).append(entry)
        unpacked = sum(entry.file_size for entry in entries)
        if unpacked > MAX_UNPACKED or (unpacked > 2**26 and unpacked > MAX_RATIO * self.path.stat().st_size):
            size = f"{unpacked / 2**20:,.0f} MB"
            raise BadInput(f"{self.path} would unpack to {size}", "That is a bomb and no set of frames.")
        for inside in folders.values():
            inside.sort(key=lambda entry: natural(PurePosixPath(entry.filename).name))
        return folders

    def _check(self, entry: zipfile.ZipInfo) -> None:
        name = entry.orig_filename.replace("\\", "/")
        if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/") or "\0" in name:
            raise BadInput(f"{self.path} holds {name!r}, a name that leads out of it", "Do not trust this file.")
        if entry.flag_bits & 1:
            raise BadInput(f"{self.path} is encrypted", "Unpack it, and give the folder.")

    def _reader(self, entry: zipfile.ZipInfo) -> Callable[[], bytes]:
        def read() -> bytes:
            try:
                with self._zip.open(entry) as file:
                    return file.read(MAX_ENTRY + 1)
            except _BROKEN as error:
                raise BadInput(f"{self.path}/{entry.filename} cannot be unpacked: {error}", LEAVE_OUT) from error

        return read


def split_zip(path: Path) -> tuple[Path, str] | None:
    """(zip file, folder in it) if `path` is a zip file or lies in one; else None."""
    for parent in (path, *path.parents):
        if parent.suffix.lower() == ".zip" and parent.is_file():
            return parent, path.relative_to(parent).as_posix()
    return None


def open_zip(path: Path) -> FrameZip:
    """A zip file, opened once for all the folders in it."""
    found = path.stat()
    return _opened(path, found.st_size, found.st_mtime_ns)


@lru_cache(maxsize=4)
def _opened(path: Path, size: int, modified: int) -> FrameZip:
    return FrameZip(path)
