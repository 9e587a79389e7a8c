"""From videos to a :class:`ClipStore`: decoded in parallel, kept in a cache, found again without decoding."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from functools import partial
from itertools import islice
from math import prod
from pathlib import Path

from inrkit.errors import BadInput
from inrkit.video.clips import ClipSettings, cut
from inrkit.video.fit import Pixels
from inrkit.video.identity import names_of, store_key
from inrkit.video.parallel import in_order
from inrkit.video.read import open_frames
from inrkit.video.shards import Shards, whole_or_nothing
from inrkit.video.store import VERSION, ClipInfo, ClipStore, Index, SkippedVideo
from inrkit.video.types import Video

WAITING_BYTES = 32 * 2**20  # of each video that is decoded ahead

Progress = Callable[[int, int, int], None]


def prepare_clips(
    videos: Sequence[Path | Video],
    settings: ClipSettings,
    *,
    cache: Path | None = None,
    progress: Progress | None = None,
    workers: int | None = None,
) -> ClipStore:
    """Cut videos into clips, or find the clips again that were cut from the same videos in the same way.

    Args:
        videos: Files, folders of frames, videos in memory; see :func:`find_videos`. Clips come in their order.
        settings: Length, size and spacing of the clips.
        cache: Folder in which stores are kept; None: `$INRKIT_CACHE`, or else `~/.cache/inrkit`.
        progress: Called after each video with videos done, videos in all, clips so far.
        workers: Videos decoded at once; None: one for each core, 8 at most.

    Raises:
        BadInput: if a video cannot be decoded, or if there is no clip at all.
        InrkitError: if the cache cannot be written.
    """
    if not videos:
        raise BadInput("no videos were given", "Give a video file, a folder of frames or videos, or a .txt list.")
    key = store_key(videos, settings, VERSION)
    folder = (cache or cache_folder()) / "clips" / f"v{VERSION}" / key
    if not folder.exists():
        with whole_or_nothing(folder) as unfinished:
            index = Index(key=key, settings=settings, shards=[], clips=[], skipped=[])
            cuttings = [_Cutting(video, name, settings) for video, name in zip(videos, names_of(videos), strict=True)]
            _fill(index, unfinished, cuttings, workers, progress)
            (unfinished / "index.json").write_text(index.model_dump_json(), encoding="utf-8")
    return ClipStore.open(folder)


def cache_folder() -> Path:
    """Where inrkit keeps what it can make again: `$INRKIT_CACHE`, or else `~/.cache/inrkit`."""
    chosen = os.environ.get("INRKIT_CACHE")
    return Path(chosen) if chosen else Path.home() / ".cache" / "inrkit"


class _Cutting:
    """The clips of one video, made in a thread, and what has been learnt of it by the time they are made."""

    def __init__(self, video: Path | Video, name: str, settings: ClipSettings) -> None:
        self.video = video
        self.name = name
        self.settings = settings
        self.fps = 0.0
        self.frames = 0

    def clips(self, threads: int) -> Iterator[tuple[int, Pixels]]:
        size, fit = self.settings.size, self.settings.fit
        with open_frames(self.video, size=size, fit=fit, threads=threads) as (self.fps, pixels):
            yield from cut(self._counted(pixels), self.settings)

    def _counted(self, frames: Iterable[Pixels]) -> Iterator[Pixels]:
        for frame in frames:
            self.frames += 1
            yield frame


def _fill(
    index: Index, folder: Path, videos: Sequence[_Cutting], workers: int | None, progress: Progress | None
) -> None:
    """Write the shards into `folder`, and into `index` what is in them."""
    settings, clips = index.settings, index.clips
    shards = Shards(folder, settings.clip_shape)
    with closing(_in_parallel(videos, settings, workers)) as decoded:
        for done, (video, found) in enumerate(zip(videos, decoded, strict=True), start=1):
            before = len(clips)
            for start, pixels in islice(found, settings.limit and settings.limit - before):
                shards.add(pixels)
                clips.append(ClipInfo(video.name, start, video.fps))
            if len(clips) == before:
                reason = f"its {video.frames} frames are shorter than {settings.frames} frames"
                index.skipped.append(SkippedVideo(video.name, reason))
            if progress:
                progress(done, len(videos), len(clips))
            if len(clips) == settings.limit:
                break
    if not clips:
        raise _no_clip(videos, settings)
    index.shards.extend(shards.close())


def _in_parallel(
    videos: Sequence[_Cutting], settings: ClipSettings, workers: int | None
) -> Generator[Iterator[tuple[int, Pixels]], None, None]:
    workers = min(workers or min(8, os.cpu_count() or 1), len(videos))
    threads = 0 if workers == 1 else 1  # one file has all threads to itself, of several each has one
    waiting = max(1, WAITING_BYTES // prod(settings.clip_shape))
    return in_order([partial(video.clips, threads) for video in videos], workers=workers, waiting=waiting)


def _no_clip(videos: Sequence[_Cutting], settings: ClipSettings) -> BadInput:
    longest = max(video.frames for video in videos)
    found = f"{videos[0].name} has {longest} frames"
    if len(videos) > 1:
        found = f"{len(videos)} videos were found, and the longest has {longest} frames"
    return BadInput(f"no clip of {settings.frames} frames: {found}", "Ask for shorter clips with --frames.")
