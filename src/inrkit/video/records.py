"""What a clip store says of itself: how it was made, and of each video where it came from and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from inrkit.video.clips import ClipSettings

VERSION: Literal[2] = 2


@dataclass(frozen=True)
class ClipInfo:
    """Where a clip comes from: the name of its video, the index of its first frame there, and frames a second."""

    video: str
    start: int
    fps: float


class VideoRecord(BaseModel):
    """What became of one video.

    Attributes:
        name: What its clips are called after.
        path: Absolute path of the file or folder; empty for a video in memory.
        bytes: Size of its file or files.
        modified: When the newest of them was last changed, ISO 8601; empty where that is not known.
        sha256: Of its content.
        fps: Frames a second of its clips.
        frames: Frames decoded; less than all if `limit` was reached.
        size: (height, width) of its frames, upright, with square pixels, before they were scaled.
        starts: First frame of each clip, at `fps`; start / fps is its time in seconds.
        varying: Whether its frames stay for different times, and none were chosen by their times.
        enlarged: Whether its frames are smaller than those of the clips.
        notes: What was wrong and could be lived with, a line each.
        rejected: Why it gives no clip; empty if it gives any.
        bad: Whether that is because it could not be read.
    """

    model_config = ConfigDict(extra="forbid")

    name: str
    path: str = ""
    bytes: int = 0
    modified: str = ""
    sha256: str = ""
    fps: float = 0.0
    frames: int = 0
    size: tuple[int, int] = (0, 0)
    starts: list[int] = []
    varying: bool = False
    enlarged: bool = False
    notes: list[str] = []
    rejected: str = ""
    bad: bool = False


class Index(BaseModel):
    """What `index.json` holds. The first `shards[0]` clips lie in shard 0, and so on, in the order of the videos.

    Attributes:
        key: Names the content: changes with the videos and with the settings.
        made: When, ISO 8601.
        licence: What was said of the licence of the videos.
    """

    model_config = ConfigDict(extra="forbid")

    version: Literal[2] = VERSION
    key: str
    made: str
    licence: str = ""
    settings: ClipSettings
    shards: list[int]
    videos: list[VideoRecord]
