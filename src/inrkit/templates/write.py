"""Files that are all written, or none of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from inrkit.errors import BadInput, InrkitError


def write_folder(folder: Path, files: Mapping[str, str]) -> None:
    """Write `files`, path to content, as the new folder `folder`.

    Raises:
        BadInput: Something is there already.
        InrkitError: It cannot be written, for want of room or of permission; nothing of it is then left.
    """
    with _making(folder) as unfinished:
        for path, text in files.items():
            file = unfinished / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")


def write_file(file: Path, text: str) -> None:
    """Write the new file `file`. Raises as :func:`write_folder`."""
    with _making(file) as unfinished:
        unfinished.write_text(text, "utf-8")


@contextmanager
def _making(place: Path) -> Iterator[Path]:
    """A name beside `place` to write to, which becomes `place` at the end."""
    if place.exists() or place.is_symlink():
        raise BadInput(f"{place} is there already", "Choose another --out, or move it away.")
    unfinished = place.with_name(f".{uuid4().hex}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        yield unfinished
        unfinished.rename(place)
    except OSError as error:
        raise InrkitError(f"{place} cannot be written: {error.strerror or error}", "Choose another --out.") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
