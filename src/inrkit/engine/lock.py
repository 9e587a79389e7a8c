"""One training at a time in a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from inrkit.errors import BadInput


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold `folder` against other trainings. The system lets go of it when the process ends, however it ends.

    Raises:
        BadInput: Another training holds it.
    """
    try:
        import fcntl
    except ImportError:  # Windows has no such locks
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            with suppress(PermissionError, NotImplementedError):
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BadInput(
                f"another training is at work in {folder}", "Wait until it is done, or choose another --out."
            ) from None
        yield
    finally:
        os.close(handle)
