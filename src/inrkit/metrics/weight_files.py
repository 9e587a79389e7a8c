"""Files of networks that others trained: read once, so that what is hashed is what is used."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from inrkit.errors import BadInput

How = TypeVar("How")
Made = TypeVar("Made")

LARGEST = 4 * 2**30
"""Bytes; the networks that are meant have a few hundred MB."""


KEPT = 2
"""Networks of a kind that stay in memory, such as both of LPIPS."""


def once(load: Callable[[Path, How], Made]) -> Callable[[Path, How], Made]:
    """`load`, but once for a file as long as it stays as it is: each part of an evaluation builds its metrics anew."""

    @lru_cache(maxsize=KEPT)
    def kept(path: Path, _state: tuple[int, ...], how: How) -> Made:
        return load(path, how)

    def loaded(path: Path, how: How) -> Made:
        try:
            now = path.stat()
        except OSError:
            return load(path, how)  # it says what is wrong
        return kept(path, (now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns), how)

    return loaded


def read_hashed(path: Path) -> tuple[bytes, str]:
    """The content of a file, and its sha256.

    Raises:
        BadInput: It is no file, cannot be read, or is too large to be what it should be.
    """
    try:
        if path.exists() and not path.is_file():
            raise BadInput(f"{path} is no file but a folder, a device or a pipe", "Give the path of the file.")
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror or error}", "Give the path of the file.") from error
    if len(content) > LARGEST:
        raise BadInput(f"{path} has more than {LARGEST // 2**30} GiB", "It is not the network that is meant.")
    return content, hashlib.sha256(content).hexdigest()
