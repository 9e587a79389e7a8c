"""Finding videos: a file, a folder of frames, a directory of either, a zip file of frames, or a list of all these."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from inrkit.errors import BadInput
from inrkit.video.container import open_local
from inrkit.video.natural import natural
from inrkit.video.types import SkippedVideo
from inrkit.video.zips import IMAGE_SUFFIXES, open_zip, split_zip

VIDEO_SUFFIXES = frozenset(
    {".avi", ".flv", ".gif", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".ogv", ".ts", ".vob"}
    | {".3gp", ".webm", ".wmv", ".y4m"}
)
MAX_LIST_BYTES = 2**27
LISTED = 50  # more bad videos are counted


def find_videos(source: Path | str, *, bad: list[SkippedVideo] | None = None) -> list[Path]:
    """The videos that `source` names: files, and folders of frames.

    A file is itself; a folder of images is one video; in any other directory all video files, folders of images and
    zip files of such folders are found at any depth, in natural order, hidden ones left out. A `.txt` file names one
    such source a line, relative to its own folder; blank lines and lines that begin with `#` are passed over. A folder
    in a zip file is a path that goes on after its name: `films.zip/cat`.

    Args:
        bad: Takes the lines of a list that name no video, and the zip files and folders in a directory that cannot be
            read, and why, in place of the error about all of them.

    Raises:
        BadInput: if `source`, or parts of it, do not exist, cannot be read or hold no video.
    """
    path = Path(source)
    problems: list[SkippedVideo] = []
    if path.suffix.lower() == ".txt" and path.is_file():
        videos = _listed(path, problems)
    else:
        videos = _found(path, f"{path}", problems)
    if bad is None:
        raise_all(problems)
    else:
        bad += problems
    return videos


def frame_files(folder: Path) -> list[Path]:
    """The images (jpg, jpeg, png) directly in `folder`, hidden ones left out, in natural order: 2.png before 10.png."""
    return [path for path in _visible(folder) if path.suffix.lower() in IMAGE_SUFFIXES and path.is_file()]


def _listed(path: Path, bad: list[SkippedVideo]) -> list[Path]:
    videos: list[Path] = []
    for number, line in enumerate(_lines(path), start=1):
        if line and not line.startswith("#"):
            try:
                videos += _found(path.parent / line, f"{line} (line {number} of {path})", bad)
            except BadInput as problem:
                bad.append(SkippedVideo(line, problem.message))
    if not videos and not bad:
        raise BadInput(f"{path} names no video", "Write one path a line, relative to the folder of the list.")
    return videos


def raise_all(problems: list[SkippedVideo], hint: str = "Repair them, or take them out.") -> None:
    """Refuse the videos that are bad, if there are any.

    Raises:
        BadInput: naming them, a line each, :data:`LISTED` at most.
    """
    if len(problems) == 1:
        raise BadInput(problems[0].reason, hint)
    if problems:
        each = "".join(f"\n  {problem.reason}" for problem in problems[:LISTED])
        more = f"\n  and {len(problems) - LISTED} more" if len(problems) > LISTED else ""
        raise BadInput(f"{len(problems)} videos cannot be used:{each}{more}", hint)


def _lines(path: Path) -> list[str]:
    with open_local(path) if path.stat().st_size else path.open("rb") as file:
        content = file.read(MAX_LIST_BYTES + 1)
    try:
        if len(content) > MAX_LIST_BYTES or b"\0" in content:
            raise ValueError
        return [line.strip() for line in content.decode("utf-8-sig").splitlines()]
    except ValueError:  # the UnicodeDecodeError among them
        raise BadInput(f"{path} is no text file in UTF-8", "It should name one video a line.") from None


def _found(path: Path, named: str, bad: list[SkippedVideo]) -> list[Path]:
    before = len(bad)
    try:
        if (inside := split_zip(path)) is not None:
            videos = _in_zip(*inside)
        elif path.is_dir():
            videos = list(_walk(path, set(), bad))
        elif path.exists():
            return [path]
        else:
            hint = "Give a video file, a folder of frames or videos, a zip of frames, or a .txt list."
            raise BadInput(f"{named} does not exist", hint)
    except (OSError, ValueError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise BadInput(f"{named} cannot be read: {reason}", "Give something that can be read.") from error
    if not videos and len(bad) == before:
        raise BadInput(f"{named} holds no video", "It should hold video files (mp4, mkv, gif, …) or folders of frames.")
    return videos


def _in_zip(path: Path, folder: str) -> list[Path]:
    below = path / folder
    return [found for found in open_zip(path).folders() if found == below or below in found.parents]


def _walk(folder: Path, seen: set[Path], bad: list[SkippedVideo]) -> Iterator[Path]:
    """The videos below a folder; what cannot be read in it is noted, and the others are found all the same."""
    real = folder.resolve()
    if real in seen:  # a symbolic link to a folder visited before, perhaps the one it lies in
        return
    seen.add(real)
    inside = _visible(folder)
    if _is_frame_folder(folder, inside):
        yield folder
        return
    for path in inside:
        try:
            if path.is_dir():
                yield from _walk(path, seen, bad)
            elif path.suffix.lower() in VIDEO_SUFFIXES:
                yield path
            elif path.suffix.lower() == ".zip" and path.is_file():
                yield from _in_zip(path, ".")
        except BadInput as problem:
            bad.append(SkippedVideo(str(path), problem.message))
        except OSError as error:
            bad.append(SkippedVideo(str(path), f"{path} cannot be read: {error.strerror}"))


def _is_frame_folder(folder: Path, inside: list[Path]) -> bool:
    """Whether the files are images. A lone image beside subfolders is a preview of a data set, not a video."""
    if any(path.suffix.lower() in VIDEO_SUFFIXES and path.is_file() for path in inside):
        return False
    images = len(frame_files(folder))
    return images > 1 or (images == 1 and not any(path.is_dir() for path in inside))


def _visible(folder: Path) -> list[Path]:
    return sorted((path for path in folder.iterdir() if not path.name.startswith(".")), key=lambda p: natural(p.name))
