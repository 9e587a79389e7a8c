"""The clips of one video, made in a thread, and what was learnt of the video on the way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from inrkit.video.clips import ClipSettings, cut
from inrkit.video.fit import Pixels
from inrkit.video.identity import content_hash, files_of
from inrkit.video.read import Frames, open_frames
from inrkit.video.records import VideoRecord
from inrkit.video.types import Video


class Cutting:
    """A video being cut into clips.

    Attributes:
        record: Complete once `finish` was called.
        weight: About how much work it is, next to others.
    """

    def __init__(self, video: Path | Video, name: str, settings: ClipSettings) -> None:
        self.video = video
        self.settings = settings
        self.record = VideoRecord(name=name)
        self.weight = 1
        self._frames: Frames | None = None
        if isinstance(video, Path):
            files = files_of(video)
            self.record.path = str(video.absolute())
            self.record.bytes = sum(size for _, size, _ in files)
            self.record.modified = _modified(video)
            self.weight += self.record.bytes

    def clips(self, threads: int) -> Iterator[tuple[int, Pixels]]:
        """(index of the first frame, uint8 (T, H, W, 3)) of each clip."""
        how = self.settings
        with open_frames(
            self.video, size=how.size, fit=how.fit, fps=how.fps, box=how.box, threads=threads
        ) as self._frames:
            yield from cut(self._frames.pixels, how)
            self.record.sha256 = content_hash(self.video)

    def share(self) -> float:
        """How far it is, 0 to 1, as far as the file says how long it is."""
        frames = self._frames
        return min(1.0, frames.decoded / frames.expected) if frames and frames.expected else 0.0

    def finish(self) -> None:
        """Put into the record what was learnt, after the last clip."""
        record, frames, how = self.record, self._frames, self.settings
        record.sha256 = record.sha256 or content_hash(self.video)
        if frames is None:
            return
        record.fps, record.frames, record.size, record.notes = frames.fps, frames.decoded, frames.shown, frames.notes
        record.varying = frames.varying and how.fps is None
        source = (how.box.height, how.box.width) if how.box else frames.shown
        record.enlarged = bool(record.starts) and any(have < want for have, want in zip(source, how.size, strict=True))
        if not record.starts and not record.rejected:
            within = " between cuts" if how.avoid_cuts else ""
            record.rejected = f"its {record.frames} frames{within} are shorter than {how.frames} frames"


def _modified(path: Path) -> str:
    """The time of the file or folder; of a folder in a zip file, that of the zip file."""
    while not path.exists():
        path = path.parent
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds")
