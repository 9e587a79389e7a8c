"""Files that are all written, or none of them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

from inrkit.errors import BadInput, InrkitError


def write_folder(folder: Path, files: Mapping[str, str]) -> None:
    """Write `files`, path to content, as the new folder `folder`.

    Raises:
        BadInput: Something is there already.
        InrkitError: It cannot be written, for want of room or of permission; nothing of it is then left.
    """
    _refuse_existing(folder)
    unfinished = folder.with_name(f".{uuid4().hex}")
    try:
        for path, text in files.items():
            file = unfinished / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
        unfinished.rename(folder)
    except OSError as error:
        raise _failed(folder, error) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def write_file(file: Path, text: str) -> None:
    """Write the new file `file`. Raises as :func:`write_folder`."""
    _refuse_existing(file)
    unfinished = file.with_name(f".{uuid4().hex}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(text, "utf-8")
        unfinished.rename(file)
    except OSError as error:
        raise _failed(file, error) from error
    finally:
        unfinished.unlink(missing_ok=True)


def _refuse_existing(path: Path) -> None:
    if path.exists() or path.is_symlink():
        raise BadInput(f"{path} is there already", "Choose another --out, or move it away.")


def _failed(path: Path, error: OSError) -> InrkitError:
    return InrkitError(f"{path} cannot be written: {error.strerror or error}", "Choose another --out.")
