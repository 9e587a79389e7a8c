"""Clips on disk: decoded once, then read as fast as the disk or the memory gives them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError
from torch import Tensor

from inrkit.errors import BadInput
from inrkit.video.clips import ClipSettings
from inrkit.video.fit import Pixels

VERSION: Literal[1] = 1


@dataclass(frozen=True)
class ClipInfo:
    """Where a clip comes from: the name of its video, the index of its first frame there, and frames a second."""

    video: str
    start: int
    fps: float


@dataclass(frozen=True)
class SkippedVideo:
    """A video that gave no clip, and why."""

    video: str
    reason: str


class Index(BaseModel):
    """What `index.json` holds. Row i of a store is `clips[i]`; the first `shards[0]` rows lie in shard 0, and so on."""

    model_config = ConfigDict(extra="forbid")

    version: Literal[1] = VERSION
    key: str
    settings: ClipSettings
    shards: list[int]
    clips: list[ClipInfo]
    skipped: list[SkippedVideo]


class ClipStore:
    """Clips of one shape in memory-mapped files. Made by :func:`prepare_clips`, found again by :meth:`open`.

    Attributes:
        folder: Where it lies: `index.json`, and `clips-00000.npy` and so on, each uint8 (n, T, H, W, 3).
        key: Names its content: changes with the videos and with the settings.
        settings: How the videos were cut.
        clips: Where each clip comes from.
        skipped: The videos that gave none, and why.
    """

    def __init__(self, folder: Path, index: Index, shards: Sequence[Pixels]) -> None:
        self.folder = folder
        self.key = index.key
        self.settings = index.settings
        self.clips = index.clips
        self.skipped = index.skipped
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
            if sum(index.shards) != len(index.clips):
                raise ValueError(f"{len(index.clips)} clips are listed, {sum(index.shards)} are there")
        except (OSError, ValueError, EOFError, BadInput) as error:
            reason = "index.json is not valid" if isinstance(error, ValidationError) else str(error).splitlines()[0]
            raise BadInput(
                f"{folder} is no whole clip store: {reason}", "Delete the folder and prepare again."
            ) from error
        return cls(folder, index, shards)

    def __len__(self) -> int:
        return len(self.clips)

    @property
    def clip_shape(self) -> tuple[int, int, int, int]:
        """(T, H, W, 3)."""
        return self.settings.clip_shape

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


def shard_name(number: int) -> str:
    """File name of a shard."""
    return f"clips-{number:05d}.npy"


def _map_shard(path: Path, clips: int, index: Index) -> NDArray[np.uint8]:
    shard = np.load(path, mmap_mode="r", allow_pickle=False)
    shape = (clips, *index.settings.clip_shape)
    if shard.shape != shape or shard.dtype != np.uint8:
        raise ValueError(f"{path.name} holds {shard.dtype} {shard.shape}, not uint8 {shape}")
    return np.asarray(shard)
