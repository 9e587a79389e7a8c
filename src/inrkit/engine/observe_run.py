"""An observation task on many videos: read, fitted in batches, written; one that fails does not stop the others.

Processes of a team take every so-manieth video each, and tell each other what became of them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from inrkit.engine.data import videos_in
from inrkit.engine.files import check_folder
from inrkit.engine.footage import Footage, Short, read_footage
from inrkit.engine.job import Job
from inrkit.engine.observe import batches, names, recover
from inrkit.engine.observe_done import record_in, request_of
from inrkit.engine.observe_files import write_result
from inrkit.engine.reporter import Reporter
from inrkit.engine.result import settle
from inrkit.engine.team import Team
from inrkit.errors import BadInput, InrkitError
from inrkit.video import SkippedVideo


@dataclass
class Outcome:
    """What became of the videos.

    Attributes:
        records: Of those that were recovered, each with its "folder".
        failed: Video to the reason why it was not.
    """

    records: list[dict[str, Any]] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


def run_videos(
    job: Job,
    sources: Sequence[Path],
    out: Path,
    *,
    at: float | None = None,
    short: Short | None = None,
    lossless: bool = False,
    resume: bool = False,
    reporter: Reporter | None = None,
    team: Team | None = None,
) -> Outcome:
    """Do the task to every video of `sources`, into a folder each under `out`.

    Args:
        sources: Videos, folders of frames, folders of videos.
        at: Where the one clip begins, in seconds; None: all of it, or of tasks that hide whole frames its beginning.
        short: What to do about videos shorter than a clip.
        lossless: Whether to write PNG files of each result as well.
        resume: Leave alone what an earlier call has done in just the same way.
        reporter: Told of progress.

    Raises:
        BadInput: The options are refused, or a lone video is.
        InrkitError: Results cannot be written.
    """
    if at is not None and not (math.isfinite(at) and at >= 0):
        raise BadInput(f"--at {at:g} is no moment of a video", "Give seconds from its beginning.")
    check_folder(out)
    job.observation()  # what it refuses, it refuses before anything is read or written
    outcome, reporter, team = Outcome(), reporter or Reporter(), team or Team()
    paths = _videos(sources, outcome)
    one_clip = (at or 0.0) if job.hides_frames else at
    alone = len(paths) + len(outcome.failed) == 1
    folders = _folders(paths, out)
    how = {"at": one_clip, "short": short, "lossless": lossless}
    own = paths[team.rank :: team.size]
    requests = {path: request_of(job, path, how) for path in own}
    left = _left(own, folders, requests, outcome) if resume else own
    _say_shared(paths, own, left, team, reporter)
    for group in batches(_footage(job, left, one_clip, short, alone, outcome)):
        reporter.note(f"fitting {names(group)}{_windows(job, group)}")
        settled = job.settled(group[0].options)
        for recovered in recover(settled, group, reporter):
            path = recovered.footage.path
            folder = folders[path]
            reporter.note(f"scoring and writing {folder}")
            try:
                record = write_result(settled, recovered, folder, lossless=lossless, request=requests[path])
            except OSError as error:
                raise InrkitError(
                    f"{folder} cannot be written: {error.strerror or error}", "Make room, or choose another --out."
                ) from error
            outcome.records.append({**record, "folder": str(folder)})
    return _of_all(outcome, [str(folders[path]) for path in paths], team)


def _left(paths: Sequence[Path], folders: dict[Path, Path], requests: dict[Path, str], outcome: Outcome) -> list[Path]:
    """Those that are still to be done; the others are in the outcome."""
    left = []
    for path in paths:
        record = record_in(folders[path], requests[path])
        if record is None:
            left.append(path)
        else:
            outcome.records.append({**record, "folder": str(folders[path])})
    return left


def _say_shared(
    paths: Sequence[Path], own: Sequence[Path], left: Sequence[Path], team: Team, reporter: Reporter
) -> None:
    if team.size > 1:
        reporter.note(f"{len(paths)} videos for {team.size} processes; this one says what becomes of its {len(own)}")
    if len(left) < len(own):
        reporter.note(f"{len(own) - len(left)} of {len(own)} were done before")


def _of_all(outcome: Outcome, folders: Sequence[str], team: Team) -> Outcome:
    """What became of the videos of all processes, in the order in which they were given."""
    if team.size > 1:
        said = map(json.loads, team.everyone(json.dumps([outcome.records, outcome.failed])))
        outcome = Outcome()
        for records, failed in said:
            outcome.records += records
            outcome.failed |= failed
    place = {folder: number for number, folder in enumerate(folders)}
    outcome.records.sort(key=lambda record: place[record["folder"]])
    return outcome


def _windows(job: Job, group: Sequence[Footage]) -> str:
    """What a network for each window means for how long it takes."""
    count = max(len(video.starts) for video in group)
    if not job.direct or count == 1:
        return ""
    return f": a network for each of its {count} windows (--at SECONDS takes one of them)"


def _videos(sources: Sequence[Path], outcome: Outcome) -> list[Path]:
    found: list[Path] = []
    for source in sources:
        bad: list[SkippedVideo] = []
        try:
            found += videos_in(str(source), bad)
        except BadInput as error:
            if len(sources) == 1:
                raise
            outcome.failed[str(source)] = error.message
        outcome.failed |= {skipped.video: skipped.reason for skipped in bad}
    return list(dict.fromkeys(found))


def _footage(
    job: Job, paths: Sequence[Path], at: float | None, short: Short | None, alone: bool, outcome: Outcome
) -> Iterator[Footage]:
    assert job.model.config is not None
    for path in paths:
        try:
            video = read_footage(path, job.model.config.data, at=at, short=short)
            settle(job, video)
        except BadInput as error:
            if alone:
                raise
            outcome.failed[str(path)] = str(error)
        else:
            yield video


def _folders(paths: Sequence[Path], out: Path) -> dict[Path, Path]:
    """A folder for each video, named as it; the second of a name is NAME-2."""
    folders: dict[Path, Path] = {}
    taken: dict[str, int] = {}
    for path in paths:
        taken[path.stem] = count = taken.get(path.stem, 0) + 1
        folders[path] = out / (path.stem if count == 1 else f"{path.stem}-{count}")
    return folders
