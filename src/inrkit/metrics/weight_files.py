"""Files of networks that others trained: read once, so that what is hashed is what is used."""

from __future__ import annotations

import hashlib
from pathlib import Path

from inrkit.errors import BadInput

LARGEST = 4 * 2**30
"""Bytes; the networks that are meant have a few hundred MB."""


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
