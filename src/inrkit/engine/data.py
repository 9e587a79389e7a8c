"""The clips of a run: which are trained on, which are held out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from inrkit.engine.options import DataOptions
from inrkit.errors import BadInput
from inrkit.interfaces import Dataset
from inrkit.interfaces.types import Shape
from inrkit.video import ClipSettings, ClipStore, SkippedVideo, Video, find_videos, parse_box, prepare_clips

IN_MEMORY = 4 * 2**30
"""Clips up to this many bytes are kept in memory."""

Progress = Callable[[int, int, int], None]


@dataclass
class Clips:
    """Some rows of a store, in memory where they fit.

    Attributes:
        names: Of each clip, ``video@start frame``.
        video: (N, T, H, W, 3) uint8, or None if they are read from the store when needed.
    """

    store: ClipStore
    rows: list[int]
    names: list[str]
    video: Tensor | None = None

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def shape(self) -> Shape:
        """(T, H, W) of a clip."""
        frames, height, width, _ = self.store.clip_shape
        return frames, height, width

    def load(self, device: torch.device, sharing: int = 1) -> Clips:
        """Keep them in memory, on `device`, if they are few enough for so many processes that share its memory."""
        frames, height, width = self.shape
        if 0 < len(self) * frames * height * width * 3 <= IN_MEMORY // (sharing if device.type == "cpu" else 1):
            self.video = self.store.read(self.rows).to(device)
        return self

    def read(self, index: Sequence[int] | Tensor) -> Tensor:
        """(B, T, H, W, 3) uint8: the clips at `index`."""
        if self.video is not None:
            return self.video[torch.as_tensor(index, device=self.video.device)]
        chosen = index.tolist() if isinstance(index, Tensor) else index
        return self.store.read([self.rows[i] for i in chosen])

    def source(self, index: Tensor) -> tuple[Tensor, Tensor | None]:
        """A video tensor and the rows of it that are the clips at `index`, copying as little as possible."""
        return (self.read(index), None) if self.video is None else (self.video, index)


def gather(
    source: str | Dataset,
    dataset_options: object,
    val: str | None,
    options: DataOptions,
    progress: Progress | None = None,
) -> tuple[Clips, Clips, list[str]]:
    """The training clips, the held-out clips, and what is worth knowing about the split.

    Raises:
        BadInput: A source is missing or gives no clip, or nothing is left to train on.
    """
    if val is not None and options.holdout is not None:
        raise BadInput("--val and --holdout exclude each other", "Give one of them.")
    clip_settings(options, None)  # refuses clips that cannot be, before a dataset draws them
    shape = (options.frames, *options.size)
    own: Sequence[Path | Video] = []
    known: list[str] = []
    licence = ""
    if isinstance(source, Dataset):
        licence = source.licence
        own = list(source.held_out(dataset_options, shape)) if options.holdout is None else []
        store = _prepare(source.clips(dataset_options, shape), options, options.limit, progress, licence=licence)
        known = list(source.notes(dataset_options))
    else:
        bad: list[SkippedVideo] = []
        store = _prepare(videos_in(source, bad), options, options.limit, progress, bad)
    bad = []
    if val is not None:
        own = list(videos_in(val, bad))
    if own or bad:
        held = _prepare(own, options, None, progress, bad, licence if val is None else "")
        rows = spread(range(len(held)), options.val_size)
        notes = [*store.warnings(), *held.warnings(), *known]
        return _clips(store, list(range(len(store)))), _clips(held, rows), notes
    train, held_rows, notes = split(store, options)
    return _clips(store, train), _clips(store, held_rows), [*store.warnings(), *known, *notes]


def fingerprint(*groups: Clips) -> str:
    """sha256 of all pixels, by which a run knows its clips again."""
    digest = hashlib.sha256()
    for clips in groups:
        for index in torch.arange(len(clips)).split(16):
            digest.update(clips.read(index).numpy(force=True).data)
    return digest.hexdigest()


def videos_in(source: str, bad: list[SkippedVideo] | None = None) -> list[Path]:
    """The videos of a source, but not the pictures of runs that lie in it, as with ``inrkit train .``

    Args:
        source: As of :func:`inrkit.video.find_videos`.
        bad: Takes what of it cannot be read, in place of an error.
    """
    folder = Path(source)
    found = find_videos(folder, bad=bad)
    if not folder.is_dir():
        return found
    videos = [video for video in found if not any(map(_is_run, _folders_between(folder, video)))]
    if found and not videos:
        raise BadInput(f"{folder} holds no video but those of runs", "Name the folder of your videos.")
    return videos


def _folders_between(folder: Path, video: Path) -> Sequence[Path]:
    return [parent for parent in video.parents if folder in parent.parents]


def _is_run(folder: Path) -> bool:
    return (folder / "config.json").is_file() and ((folder / "checkpoints").is_dir() or (folder / "samples").is_dir())


def split(store: ClipStore, options: DataOptions) -> tuple[list[int], list[int], list[str]]:
    """Rows to train on and rows held out: whole videos from the end, or of a single video its last clips.

    Default: the last tenth of the videos, at most as many as give `val_size` clips.
    """
    everything = list(range(len(store)))
    if options.holdout == 0:
        return everything, [], ["Trained on everything (--holdout 0): nothing held out was measured."]
    if len(store) == 1:
        return everything, [], ["There is only one clip: nothing held out was measured."]
    groups: dict[str, list[int]] = {}
    for row, clip in enumerate(store.clips):
        groups.setdefault(clip.video, []).append(row)
    if len(groups) == 1:
        return _split_one_video(store, options)
    videos = list(groups.values())
    wanted = _how_many(options.holdout, len(videos))
    held: list[int] = []
    for video in reversed(videos[-wanted:]):
        if options.holdout is None and len(held) >= options.val_size:
            break
        held = video + held
    train = [row for row in everything if row < held[0]]
    return train, spread(held, options.val_size), []


def _split_one_video(store: ClipStore, options: DataOptions) -> tuple[list[int], list[int], list[str]]:
    wanted = _how_many(options.holdout, len(store))
    if options.holdout is None:
        wanted = min(wanted, options.val_size)
    first = len(store) - wanted
    begins = store.clips[first].start
    train = [row for row in range(first) if store.clips[row].start + store.clip_shape[0] <= begins]
    if not train:
        raise BadInput(
            f"holding out {wanted} of {len(store)} overlapping clips leaves none to train on",
            "Use a larger --stride, or --holdout 0.",
        )
    return train, spread(range(first, len(store)), options.val_size), []


def _how_many(holdout: float | None, total: int) -> int:
    wanted = max(1, total // 10) if holdout is None else round(holdout * total) if holdout < 1 else int(holdout)
    if wanted >= total:
        raise BadInput(f"holding out {wanted} of {total} leaves nothing to train on", "Use a smaller --holdout.")
    return max(1, wanted)


def spread(rows: Sequence[int], most: int) -> list[int]:
    """At most `most` of the rows, evenly."""
    if len(rows) <= most:
        return list(rows)
    return [rows[i * len(rows) // most] for i in range(most)]


def clip_settings(options: DataOptions, limit: int | None) -> ClipSettings:
    """How the options ask clips to be cut."""
    return ClipSettings(
        options.frames,
        options.size,
        stride=options.stride,
        fit=options.fit,
        limit=limit,
        fps=options.fps,
        box=parse_box(options.box) if options.box else None,
        avoid_cuts=options.avoid_cuts,
        per_video=options.per_video,
    )


def _prepare(
    videos: Iterable[Path | Video],
    options: DataOptions,
    limit: int | None,
    progress: Progress | None,
    bad: Sequence[SkippedVideo] = (),
    licence: str = "",
) -> ClipStore:
    tell = (lambda now: progress(now.done, now.total, now.clips)) if progress else None
    settings = clip_settings(options, limit)
    return prepare_clips(
        list(videos), settings, skip_bad=options.skip_bad, left_out=bad, licence=licence, progress=tell
    )


def _clips(store: ClipStore, rows: list[int]) -> Clips:
    return Clips(store, rows, [f"{store.clips[row].video}@{store.clips[row].start}" for row in rows])
