"""What tells videos apart: the names they go by, and the key under which their clips are kept."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from inrkit.errors import BadInput, PluginError
from inrkit.video.clips import ClipSettings
from inrkit.video.sources import frame_files
from inrkit.video.types import Video
from inrkit.video.zips import open_zip, split_zip


def names_of(videos: Sequence[Path | Video]) -> list[str]:
    """A name for each: files by their path from the folder that holds them all, videos in memory by their own."""
    parents = [video.absolute().parent for video in videos if isinstance(video, Path)]
    common = os.path.commonpath(parents) if parents else ""
    return [
        video.absolute().relative_to(common).as_posix() if isinstance(video, Path) else video.name or f"video-{i:04d}"
        for i, video in enumerate(videos)
    ]


def store_key(
    videos: Sequence[Path | Video], settings: ClipSettings, version: int, left_out: Sequence[str] = ()
) -> str:
    """Hexadecimal SHA-256 of all that decides what clips come out, without decoding: of a file, its size and time.

    Raises:
        BadInput: if a file is missing.
        PluginError: if a dataset gives something else than videos.
    """
    content = {
        "version": version,
        "settings": asdict(settings),
        "videos": [_of_file(video) if isinstance(video, Path) else _of_memory(_checked(video)) for video in videos],
        "left out": list(left_out),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode("utf-8", "surrogateescape")).hexdigest()


def content_hash(video: Path | Video) -> str:
    """Hexadecimal SHA-256 of what a video holds: the bytes of its file or files, or its pixels."""
    if isinstance(video, Video):
        return str(_of_memory(video)[-1])
    if (inside := split_zip(video)) is not None:
        return hashlib.sha256(json.dumps(open_zip(inside[0]).fingerprint(inside[1])).encode()).hexdigest()
    digest = hashlib.sha256()
    for path in frame_files(video) if video.is_dir() else [video]:
        with path.open("rb") as file:
            while piece := file.read(2**20):
                digest.update(piece)
    return digest.hexdigest()


def files_of(path: Path) -> list[tuple[str, int, int]]:
    """Name, size in bytes and time of change in nanoseconds of each file of a video.

    Raises:
        BadInput: if one is missing.
    """
    try:
        if (inside := split_zip(path)) is not None:
            return open_zip(inside[0]).fingerprint(inside[1])
        stats = [(file.name, file.stat()) for file in (frame_files(path) if path.is_dir() else [path])]
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}", "Give video files or folders of frames.") from error
    return [(name, stat.st_size, stat.st_mtime_ns) for name, stat in stats]


def _checked(video: object) -> Video:
    if not isinstance(video, Video):
        raise PluginError(
            f"a dataset gives {type(video).__name__}, which is no video", "It gives pathlib.Path or inrkit.Video."
        )
    return video


def _of_file(path: Path) -> list[Any]:
    return [str(path.absolute()), files_of(path)]


def _of_memory(video: Video) -> list[Any]:
    pixels = hashlib.sha256(video.frames.contiguous().numpy().data).hexdigest()
    return [video.name, video.fps, list(video.frames.shape), pixels]
