"""A clip store in the making: a folder that a killed process leaves such that the next one can go on."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from inrkit.errors import InrkitError
from inrkit.video.clips import ClipSettings
from inrkit.video.records import Index, VideoRecord
from inrkit.video.shards import Shards

JOURNAL = "journal.jsonl"


class Unfinished:
    """Clips are appended to shards; once those of a video are all there, its record is appended to the journal.

    Attributes:
        records: The videos that are done, from this process and those before it.
        shards: Takes the clips.
    """

    def __init__(self, folder: Path, settings: ClipSettings) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.settings = settings
        self.shards = Shards(folder, settings.clip_shape)
        self.records = list(self._whole_records())
        self._journal = folder / JOURNAL
        self._journal.write_text("".join(map(_line, self.records)), encoding="utf-8")
        self.shards.keep(sum(len(record.starts) for record in self.records))

    def __enter__(self) -> Unfinished:
        return self

    def __exit__(self, *_: object) -> None:
        """Files are closed; a folder without a clip is not worth keeping."""
        self.shards.let_go()
        if not self.shards.count:
            shutil.rmtree(self.folder, ignore_errors=True)

    def done(self, record: VideoRecord) -> None:
        """Note that a video is done; if it was rejected, its clips are taken back."""
        if record.rejected:
            record.starts = []
            before = sum(len(each.starts) for each in self.records)
            if before != self.shards.count:
                self.shards.keep(before)
        self.shards.flush()
        with self._journal.open("a", encoding="utf-8") as file:
            file.write(_line(record))
        self.records.append(record)

    def finish(self, folder: Path, key: str, licence: str) -> None:
        """Make it whole, and give it its place and name."""
        made = datetime.now(UTC).isoformat(timespec="seconds")
        shards = self.shards.close()
        index = Index(key=key, made=made, licence=licence, settings=self.settings, shards=shards, videos=self.records)
        with (self.folder / "index.json").open("w", encoding="utf-8") as file:
            file.write(index.model_dump_json(indent=1))
            file.flush()
            os.fsync(file.fileno())
        self._journal.unlink()
        self.folder.rename(folder)

    def _whole_records(self) -> Iterator[VideoRecord]:
        """The records in the journal, as far as it is whole and their clips are there."""
        try:
            lines = (self.folder / JOURNAL).read_text(encoding="utf-8").splitlines(keepends=True)
        except (OSError, UnicodeDecodeError):
            return
        left = self.shards.found()
        for line in lines:
            try:
                record = VideoRecord.model_validate_json(line)
            except ValidationError:
                return
            left -= len(record.starts)
            if left < 0 or not line.endswith("\n"):
                return
            yield record


def _line(record: VideoRecord) -> str:
    return record.model_dump_json() + "\n"


@contextmanager
def writing_clips(folder: Path) -> Iterator[None]:
    """A full disk or a folder that may not be written, as a message.

    Raises:
        InrkitError: naming the folder and the reason.
    """
    try:
        yield
    except OSError as error:
        raise InrkitError(
            f"clips cannot be written to {folder}: {error.strerror or error}",
            "Make room there, or choose another folder with $INRKIT_CACHE. The same command goes on where it stopped.",
        ) from error
