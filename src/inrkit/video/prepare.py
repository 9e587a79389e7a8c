"""From videos to a :class:`ClipStore`: decoded in parallel, kept in a cache, found again without decoding."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from functools import partial
from itertools import islice
from math import prod
from pathlib import Path
from typing import NamedTuple

from inrkit.errors import BadInput
from inrkit.video.clips import ClipSettings
from inrkit.video.container import open_local
from inrkit.video.cutting import Cutting
from inrkit.video.fit import Pixels
from inrkit.video.identity import files_of, names_of, store_key
from inrkit.video.locks import only_one
from inrkit.video.parallel import in_order
from inrkit.video.records import VERSION, VideoRecord
from inrkit.video.sources import raise_all
from inrkit.video.store import ClipStore
from inrkit.video.types import SkippedVideo, Video
from inrkit.video.unfinished import Unfinished, writing_clips
from inrkit.video.zips import split_zip

WAITING_BYTES = 32 * 2**20  # of each video that is decoded ahead

REPAIR = "Repair them or take them out, or leave them out with --skip-bad."


class Progress(NamedTuple):
    """How far a preparation is: videos done, videos in all, clips so far, and the share of the work, 0 to 1."""

    done: int
    total: int
    clips: int
    share: float


Tell = Callable[[Progress], None]


def prepare_clips(
    videos: Sequence[Path | Video],
    settings: ClipSettings,
    *,
    cache: Path | None = None,
    skip_bad: bool = False,
    left_out: Sequence[SkippedVideo] = (),
    licence: str = "",
    progress: Tell | None = None,
    waiting: Callable[[], None] | None = None,
    workers: int | None = None,
) -> ClipStore:
    """Cut videos into clips, or find the clips again that were cut from the same videos in the same way.

    What a killed process has done is not done again. If another process prepares the same clips, this one waits.

    Args:
        videos: Files, folders of frames, videos in memory; see :func:`find_videos`. Clips come in their order.
        settings: Length, size and spacing of the clips.
        cache: Folder in which stores are kept; None: `$INRKIT_CACHE`, or else `~/.cache/inrkit`.
        skip_bad: Go on without the videos that cannot be read.
        left_out: Those that were not even found; they are bad too.
        licence: What is known of the licence of the videos; kept in the manifest.
        progress: Called after each clip and each video.
        waiting: Called once if this process has to wait.
        workers: Videos decoded at once; None: one for each core, 8 at most.

    Raises:
        BadInput: naming all videos that cannot be read, unless they are skipped; or if there is no clip at all.
        InrkitError: if the cache cannot be written.
    """
    if not videos and not left_out:
        raise BadInput("no videos were given", "Give a video file, a folder of frames or videos, or a .txt list.")
    usable, bad = _sorted_out(videos, left_out)
    key = store_key(usable, settings, VERSION, [each.reason for each in bad])
    folder = clips_folder(cache) / key
    if not folder.exists():
        with writing_clips(folder.parent), only_one(folder.with_name(f".{key}.lock"), waiting or _nothing):
            if not folder.exists():
                _make(folder, key, settings, usable, bad, skip_bad, licence, workers, progress)
    store = ClipStore.open(folder)
    if not skip_bad:
        _refuse_bad(store.index.videos)
    return store


def _make(
    folder: Path,
    key: str,
    settings: ClipSettings,
    videos: Sequence[Path | Video],
    bad: Sequence[SkippedVideo],
    skip_bad: bool,
    licence: str,
    workers: int | None,
    progress: Tell | None,
) -> None:
    cuttings = [Cutting(video, name, settings) for video, name in zip(videos, names_of(videos), strict=True)]
    with Unfinished(folder.with_name(f".{key}.part"), settings) as work:
        _fill(work, cuttings, workers, progress)
        work.records += [VideoRecord(name=each.video, rejected=each.reason, bad=True) for each in bad]
        _check(work, skip_bad)
        work.finish(folder, key, licence)


def cache_folder() -> Path:
    """Where inrkit keeps what it can make again: `$INRKIT_CACHE`, or else `~/.cache/inrkit`."""
    chosen = os.environ.get("INRKIT_CACHE")
    return Path(chosen) if chosen else Path.home() / ".cache" / "inrkit"


def clips_folder(cache: Path | None = None) -> Path:
    """Where the stores are."""
    return (cache or cache_folder()) / "clips" / f"v{VERSION}"


def _nothing() -> None:
    pass


def _sorted_out(
    videos: Sequence[Path | Video], left_out: Sequence[SkippedVideo]
) -> tuple[list[Path | Video], list[SkippedVideo]]:
    """The videos that are there and may be read, and the others, with the reason."""
    usable: list[Path | Video] = []
    bad = list(left_out)
    for video in videos:
        try:
            if isinstance(video, Path):
                if not video.is_dir() and split_zip(video) is None:
                    open_local(video).close()
                files_of(video)
            usable.append(video)
        except BadInput as problem:
            bad.append(SkippedVideo(str(video), problem.message))
    return usable, bad


def _fill(
    work: Unfinished,
    cuttings: Sequence[Cutting],
    workers: int | None,
    progress: Tell | None,
) -> None:
    """Cut the videos that are not done yet. The first `len(work.records)` are."""
    settings, shards = work.settings, work.shards
    ready = len(work.records)
    weights = [cutting.weight for cutting in cuttings]

    def tell(within: Cutting | None = None) -> None:
        if progress:
            done = len(work.records)
            now = within.share() * within.weight if within else 0
            share = (sum(weights[:done]) + now) / max(1, sum(weights))
            progress(Progress(done, len(cuttings), shards.count, share))

    with closing(_in_parallel(cuttings[ready:], settings, workers)) as decoded:
        for cutting, found in zip(cuttings[ready:], decoded, strict=True):
            if shards.count == settings.limit:
                break
            try:
                for start, pixels in islice(found, settings.limit and settings.limit - shards.count):
                    shards.add(pixels)
                    cutting.record.starts.append(start)
                    tell(cutting)
            except BadInput as problem:
                cutting.record.rejected, cutting.record.bad = problem.message, True
            cutting.finish()
            work.done(cutting.record)
            tell()


def _in_parallel(
    cuttings: Sequence[Cutting], settings: ClipSettings, workers: int | None
) -> Generator[Iterator[tuple[int, Pixels]], None, None]:
    workers = max(1, min(workers or min(8, os.cpu_count() or 1), len(cuttings)))
    threads = 0 if workers == 1 else 1  # one file has all threads to itself, of several each has one
    waiting = max(1, WAITING_BYTES // prod(settings.clip_shape))
    return in_order([partial(each.clips, threads) for each in cuttings], workers=workers, waiting=waiting)


def _check(work: Unfinished, skip_bad: bool) -> None:
    """Refuse what is bad, and a store without clips."""
    if not skip_bad:
        _refuse_bad(work.records)
    if work.shards.count:
        return
    readable = [record for record in work.records if not record.bad]
    if not readable:
        _refuse_bad(work.records)
    longest = max(record.frames for record in readable)
    found = f"{readable[0].name} has {longest} frame{'s' if longest != 1 else ''}"
    if len(work.records) > 1:
        found = f"{len(work.records)} videos were found, and the longest has {longest} frames"
    notes = "".join(f". {note}" for note in readable[0].notes) if len(work.records) == 1 else ""
    raise BadInput(f"no clip of {work.settings.frames} frames: {found}{notes}", "Ask for shorter clips with --frames.")


def _refuse_bad(records: Sequence[VideoRecord]) -> None:
    bad = [SkippedVideo(record.name, record.rejected) for record in records if record.bad]
    raise_all(bad, REPAIR if len(records) > 1 else "Give another, or copy or convert this one again.")
