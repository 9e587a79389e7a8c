"""Files that are either whole or not there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from av.error import FFmpegError

from inrkit.errors import InrkitError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A name beside `path`, of the same suffix, to write to; at the end it takes the place of `path`.

    If anything fails, what was written is removed and an old file stays. Missing folders are made.

    Raises:
        InrkitError: if the file cannot be written, for want of room or of permission.
    """
    unfinished = path.with_name(f".{uuid4().hex}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield unfinished
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())  # or a crash could leave the new name without the new bytes
        unfinished.replace(path)
    except (OSError, FFmpegError) as error:
        reason = error.strerror or str(error)
        raise InrkitError(f"{path} cannot be written: {reason}", "Make room there, or choose another place.") from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
