"""What `inrkit data clean` removes."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

from inrkit.cli.data_show import find_store, size_of
from inrkit.errors import BadInput, InrkitError
from inrkit.video import ClipStore
from inrkit.video.locks import only_one
from inrkit.video.prepare import clips_folder


def remove(names: list[str], everything: bool, dry_run: bool) -> list[tuple[Path, int]]:
    """Remove the stores of these names, or all, or else what no command will use again.

    What another process is preparing stays.

    Returns:
        The folders that are gone, and the bytes that each took.

    Raises:
        BadInput: if a name is unknown, or both names and `everything` are given.
        InrkitError: if a folder cannot be removed.
    """
    if names and everything:
        raise BadInput("--all and names of stores exclude each other", "Give one of them.")
    if names:
        chosen = [find_store(name).folder for name in names]
        if outside := [folder for folder in chosen if folder.parent != clips_folder()]:
            raise BadInput(f"{outside[0]} is not in the cache", "Remove it by hand if you mean it.")
    else:
        chosen = _leftovers() + (_stores() if everything else [])
    removed = [(folder, size_of(folder)) for folder in chosen]
    if not dry_run:
        removed = [(folder, size) for folder, size in removed if _removed(folder)]
    return removed


def _leftovers() -> list[Path]:
    """Folders of stopped preparations, of stores that are damaged, and of older versions."""
    current = clips_folder()
    versions = current.parent.iterdir() if current.parent.is_dir() else ()
    older = [path for path in versions if path.is_dir() and path.name[:1] == "v" and path.name < current.name]
    inside = sorted(current.iterdir()) if current.is_dir() else []
    return older + [path for path in inside if path.is_dir() and (path.suffix == ".part" or not _opens(path))]


def _stores() -> list[Path]:
    current = clips_folder()
    return [path for path in sorted(current.iterdir()) if path.is_dir() and _opens(path)] if current.is_dir() else []


def _opens(folder: Path) -> bool:
    if folder.name.startswith("."):
        return False
    with suppress(BadInput):
        ClipStore.open(folder)
        return True
    return False


def _removed(folder: Path) -> bool:
    key = folder.name.removeprefix(".").removesuffix(".part")
    try:
        with only_one(folder.with_name(f".{key}.lock")):
            shutil.rmtree(folder)
    except BlockingIOError:
        return False
    except OSError as error:
        raise InrkitError(f"{folder} cannot be removed: {error.strerror}", "Remove it by hand.") from error
    return True
