"""Finding videos: a file, a folder of frames, a directory of either, or a list in a text file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from inrkit.errors import BadInput

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png"})
VIDEO_SUFFIXES = frozenset(
    {".avi", ".flv", ".gif", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".ogv", ".ts", ".vob"}
    | {".3gp", ".webm", ".wmv", ".y4m"}
)


def find_videos(source: Path | str) -> list[Path]:
    """The videos that `source` names: files, and folders of frames.

    A file is itself; a folder of images is one video; in any other directory all video files and folders of images
    are found at any depth, in natural order, hidden ones left out. A `.txt` file names one such source a line,
    relative to its own folder; blank lines and lines that begin with `#` are passed over.

    Raises:
        BadInput: if `source`, or a line of it, does not exist or holds no video.
    """
    path = Path(source)
    if path.suffix.lower() == ".txt" and path.is_file():
        return _listed(path)
    return _found(path, named=f"{path}")


def frame_files(folder: Path) -> list[Path]:
    """The images (jpg, jpeg, png) directly in `folder`, hidden ones left out, in natural order: 2.png before 10.png."""
    return [path for path in _visible(folder) if path.suffix.lower() in IMAGE_SUFFIXES and path.is_file()]


def _listed(path: Path) -> list[Path]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise BadInput(f"{path} is no text file in UTF-8", "It should name one video a line.") from None
    videos: list[Path] = []
    for number, line in enumerate(map(str.strip, lines), start=1):
        if line and not line.startswith("#"):
            videos += _found(path.parent / line, named=f"{line} (line {number} of {path})")
    if not videos:
        raise BadInput(f"{path} names no video", "Write one path a line, relative to the folder of the list.")
    return videos


def _found(path: Path, named: str) -> list[Path]:
    if not path.exists():
        raise BadInput(f"{named} does not exist", "Give a video file, a folder of frames or videos, or a .txt list.")
    if not path.is_dir():
        return [path]
    try:
        videos = list(_walk(path, set()))
    except OSError as error:
        raise BadInput(f"{named} cannot be read: {error.strerror}") from error
    if not videos:
        raise BadInput(f"{named} holds no video", "It should hold video files (mp4, mkv, gif, …) or folders of frames.")
    return videos


def _walk(folder: Path, seen: set[Path]) -> Iterator[Path]:
    real = folder.resolve()
    if real in seen:  # a symbolic link to a folder visited before, perhaps the one it lies in
        return
    seen.add(real)
    inside = _visible(folder)
    if _is_frame_folder(folder, inside):
        yield folder
        return
    for path in inside:
        if path.is_dir():
            yield from _walk(path, seen)
        elif path.suffix.lower() in VIDEO_SUFFIXES:
            yield path


def _is_frame_folder(folder: Path, inside: list[Path]) -> bool:
    """Whether the files are images. A lone image beside subfolders is a preview of a data set, not a video."""
    if any(path.suffix.lower() in VIDEO_SUFFIXES and path.is_file() for path in inside):
        return False
    images = len(frame_files(folder))
    return images > 1 or (images == 1 and not any(path.is_dir() for path in inside))


def _visible(folder: Path) -> list[Path]:
    return sorted((path for path in folder.iterdir() if not path.name.startswith(".")), key=_natural)


def _natural(path: Path) -> tuple[list[str | int], str]:
    """Runs of digits count as numbers. Splitting by them alternates text and number, so keys can be compared."""
    parts = re.split(r"([0-9]+)", path.name.lower())
    return [int(part) if index % 2 else part for index, part in enumerate(parts)], path.name
