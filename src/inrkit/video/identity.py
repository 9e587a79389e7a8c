"""What tells videos apart: the names they go by, and the key under which their clips are kept."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from inrkit.errors import BadInput
from inrkit.video.clips import ClipSettings
from inrkit.video.sources import frame_files
from inrkit.video.types import Video


def names_of(videos: Sequence[Path | Video]) -> list[str]:
    """A name for each: files by their path from the folder that holds them all, videos in memory by their own."""
    parents = [video.absolute().parent for video in videos if isinstance(video, Path)]
    common = os.path.commonpath(parents) if parents else ""
    return [
        video.absolute().relative_to(common).as_posix() if isinstance(video, Path) else video.name or f"video-{i:04d}"
        for i, video in enumerate(videos)
    ]


def store_key(videos: Sequence[Path | Video], settings: ClipSettings, version: int) -> str:
    """Hexadecimal SHA-256 of all that decides what clips come out, without decoding: of a file, its size and time.

    Raises:
        BadInput: if a file is missing.
    """
    content = {
        "version": version,
        "settings": asdict(settings),
        "videos": [_of_file(video) if isinstance(video, Path) else _of_memory(video) for video in videos],
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _of_file(path: Path) -> list[Any]:
    try:
        files = frame_files(path) if path.is_dir() else [path]
        stats = [(file.name, file.stat()) for file in files]
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}", "Give video files or folders of frames.") from error
    return [str(path.absolute()), [(name, stat.st_size, stat.st_mtime_ns) for name, stat in stats]]


def _of_memory(video: Video) -> list[Any]:
    pixels = hashlib.sha256(video.frames.contiguous().numpy().data).hexdigest()
    return [video.name, video.fps, list(video.frames.shape), pixels]
