"""Clips on disk: decoded once, then read as fast as the disk or the memory gives them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import ValidationError
from torch import Tensor

from inrkit.errors import BadInput
from inrkit.video.fit import Pixels
from inrkit.video.records import ClipInfo, Index, VideoRecord
from inrkit.video.shards import shard_name
from inrkit.video.types import SkippedVideo


class ClipStore:
    """Clips of one shape in memory-mapped files. Made by :func:`prepare_clips`, found again by :meth:`open`.

    Attributes:
        folder: Where it lies: `index.json`, and `clips-00000.npy` and so on, each uint8 (n, T, H, W, 3).
        index: What it says of itself: the manifest.
        key: Names its content: changes with the videos and with the settings.
        settings: How the videos were cut.
        clips: Where each clip comes from.
        skipped: The videos that gave none, and why.
    """

    def __init__(self, folder: Path, index: Index, shards: Sequence[Pixels]) -> None:
        self.folder = folder
        self.index = index
        self.key = index.key
        self.settings = index.settings
        self.clips = [ClipInfo(video.name, start, video.fps) for video in index.videos for start in video.starts]
        self.skipped = [SkippedVideo(video.name, video.rejected) for video in index.videos if video.rejected]
        self._shards = shards
        self._ends = list(accumulate(index.shards))

    @classmethod
    def open(cls, folder: Path | str) -> ClipStore:
        """Open the store in `folder`. Only the index is read; clips are read when they are asked for.

        Raises:
            BadInput: if the index or a shard is missing, damaged or does not fit the other.
        """
        folder = Path(folder)
        try:
            index = Index.model_validate_json((folder / "index.json").read_bytes())
            shards = [_map_shard(folder / shard_name(i), n, index) for i, n in enumerate(index.shards)]
            listed = sum(len(video.starts) for video in index.videos)
            if sum(index.shards) != listed:
                raise ValueError(f"{listed} clips are listed, {sum(index.shards)} are there")
        except (OSError, ValueError, EOFError, BadInput) as error:
            reason = "index.json is not valid" if isinstance(error, ValidationError) else str(error).splitlines()[0]
            raise BadInput(
                f"{folder} is no whole clip store: {reason}", "Delete the folder, and prepare again."
            ) from error
        return cls(folder, index, shards)

    def __len__(self) -> int:
        return len(self.clips)

    @property
    def clip_shape(self) -> tuple[int, int, int, int]:
        """(T, H, W, 3)."""
        return self.settings.clip_shape

    def warnings(self) -> list[str]:
        """What is worth knowing of the videos, a line each: damage, frames that were enlarged, what gave no clip."""
        videos = self.index.videos
        lines = [note for video in videos for note in video.notes]
        lines += [f"Left out: {video.name}, {video.rejected}." for video in videos if video.rejected]
        if small := [video for video in videos if video.enlarged]:
            size = "x".join(map(str, self.settings.size))
            lines.append(f"{_of(small, videos)} smaller than {size} and enlarged: {small[0].name}, …")
        if varying := [video for video in videos if video.varying]:
            lines.append(f"{_of(varying, videos)} of varying frame rate, taken frame by frame; --fps keeps their time")
        return lines

    def read(self, rows: Sequence[int] | Tensor) -> Tensor:
        """The clips `rows`, each 0 to len - 1, in that order: uint8 (B, T, H, W, 3), a copy.

        Raises:
            IndexError: for a row that is not there.
        """
        numbers: list[int] = rows.tolist() if isinstance(rows, Tensor) else list(rows)
        clips = np.empty((len(numbers), *self.clip_shape), np.uint8)
        for clip, row in zip(clips, numbers, strict=True):
            if not 0 <= row < len(self):
                raise IndexError(f"clip {row} of a store of {len(self)}")
            shard = bisect_right(self._ends, row)
            clip[:] = self._shards[shard][row - self._ends[shard]]  # a negative index: counted from the shard's end
        return torch.from_numpy(clips)

    def __reduce__(self) -> tuple[Any, ...]:
        return ClipStore.open, (self.folder,)  # to another process goes the folder, not the clips


def _of(some: Sequence[VideoRecord], videos: Sequence[VideoRecord]) -> str:
    return f"{len(some)} of {len(videos)} videos {'is' if len(some) == 1 else 'are'}"


def _map_shard(path: Path, clips: int, index: Index) -> NDArray[np.uint8]:
    shard = np.load(path, mmap_mode="r", allow_pickle=False)
    shape = (clips, *index.settings.clip_shape)
    if shard.shape != shape or shard.dtype != np.uint8:
        raise ValueError(f"{path.name} holds {shard.dtype} {shard.shape}, not uint8 {shape}")
    return np.asarray(shard)
