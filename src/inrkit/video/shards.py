"""Writing the clips of a store into files of bounded size, as they come."""

from __future__ import annotations

import io
import os
from math import prod
from pathlib import Path

import numpy as np

from inrkit.video.fit import Pixels

SHARD_BYTES = 256 * 2**20


class Shards:
    """Appends clips to files of about `SHARD_BYTES` each, and takes up such files where they were left.

    Args:
        folder: Where the files are.
        clip_shape: (T, H, W, 3).
    """

    def __init__(self, folder: Path, clip_shape: tuple[int, int, int, int]) -> None:
        self._folder = folder
        self._shape = clip_shape
        self._bytes = prod(clip_shape)
        self._in_each = max(1, SHARD_BYTES // self._bytes)
        self._file: io.BufferedIOBase | None = None
        self.count = 0

    def found(self) -> int:
        """How many whole clips the files in the folder hold."""
        held = 0
        while (path := self._folder / shard_name(held // self._in_each)).is_file():
            here = max(0, path.stat().st_size - len(self._header(0))) // self._bytes
            held += min(here, self._in_each)
            if here < self._in_each:
                break
        return held

    def keep(self, count: int) -> None:
        """Go on after the first `count` clips; what was written after them is lost."""
        self.let_go()
        last, left = divmod(count, self._in_each)
        for path in self._folder.glob("clips-*.npy"):
            if path.name > shard_name(last) or (path.name == shard_name(last) and not left):
                path.unlink()
        if left:
            os.truncate(self._folder / shard_name(last), len(self._header(0)) + left * self._bytes)
        self.count = count

    def add(self, clip: Pixels) -> None:
        """Append a clip, uint8 (T, H, W, 3)."""
        number, before = divmod(self.count, self._in_each)
        if self._file is None:
            self._file = (self._folder / shard_name(number)).open("ab")
            if not before:
                self._file.write(self._header(self._in_each))
        self._file.write(np.ascontiguousarray(clip).data)
        self.count += 1
        if before + 1 == self._in_each:
            self.let_go()

    def flush(self) -> None:
        """Hand all to the operating system: a killed process loses nothing of it."""
        if self._file is not None:
            self._file.flush()

    def let_go(self) -> None:
        """Close the file that is being written."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def close(self) -> list[int]:
        """Make the files whole, and say how many clips each holds."""
        self.let_go()
        whole, left = divmod(self.count, self._in_each)
        sizes = [self._in_each] * whole + [left] * bool(left)
        for number, size in enumerate(sizes):
            with (self._folder / shard_name(number)).open("r+b") as file:
                file.write(self._header(size))
                file.flush()
                os.fsync(file.fileno())
        return sizes

    def _header(self, clips: int) -> bytes:
        """NumPy leaves room in it for any number, so its length is always the same."""
        header = io.BytesIO()
        shape = (clips, *self._shape)
        np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": shape})
        return header.getvalue()


def shard_name(number: int) -> str:
    """File name of a shard."""
    return f"clips-{number:05d}.npy"
