"""Writing a clip store: shards of bounded size, in a folder that appears only when it is whole."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path
from uuid import uuid4

import numpy as np

from inrkit.errors import InrkitError
from inrkit.video.fit import Pixels
from inrkit.video.store import shard_name

SHARD_BYTES = 256 * 2**20


class Shards:
    """Writes clips into files of about `SHARD_BYTES` each; no more than that is held in memory."""

    def __init__(self, folder: Path, clip_shape: tuple[int, int, int, int]) -> None:
        self._folder = folder
        self._buffer = np.empty((max(1, SHARD_BYTES // prod(clip_shape)), *clip_shape), np.uint8)
        self._held = 0
        self._sizes: list[int] = []

    def add(self, clip: Pixels) -> None:
        """Append a clip, uint8 (T, H, W, 3)."""
        self._buffer[self._held] = clip
        self._held += 1
        if self._held == len(self._buffer):
            self._flush()

    def close(self) -> list[int]:
        """Write what is left, and say how many clips each shard holds."""
        if self._held:
            self._flush()
        return self._sizes

    def _flush(self) -> None:
        np.save(self._folder / shard_name(len(self._sizes)), self._buffer[: self._held])
        self._sizes.append(self._held)
        self._held = 0


@contextmanager
def whole_or_nothing(folder: Path) -> Iterator[Path]:
    """A new folder beside `folder`, renamed to it once filled. If another process was faster, its folder stays."""
    unfinished = folder.with_name(f".{folder.name}.{uuid4().hex}")
    try:
        unfinished.mkdir(parents=True)
        yield unfinished
        try:
            unfinished.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise
    except OSError as error:
        raise InrkitError(
            f"clips cannot be written to {folder.parent}: {error.strerror or error}",
            "Make room there, or choose another folder with $INRKIT_CACHE.",
        ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
