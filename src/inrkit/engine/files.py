"""Files that are there whole or not at all, and the folders they go to."""

from __future__ import annotations

import os
from pathlib import Path

from inrkit.errors import BadInput


def check_folder(out: Path) -> None:
    """Refuse an --out that is no folder, before anything is done.

    Raises:
        BadInput: It is none.
    """
    if out.exists() and not out.is_dir():
        raise BadInput(f"{out} is no folder", "Choose another --out.")


def write_atomically(path: Path, content: bytes) -> None:
    """Write under a temporary name in the same folder, flush to the disk, rename; on failure leave nothing behind."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def sync_folder(path: Path) -> None:
    """Flush every file in a folder, and the folder, to the disk."""
    for entry in [*path.iterdir(), path]:
        handle = os.open(entry, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
