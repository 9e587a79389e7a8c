"""Videos in a file instead of in memory, for more of them than memory holds."""

from __future__ import annotations

import math
import weakref
from collections.abc import Sequence
from tempfile import TemporaryFile

import torch
from torch import Tensor

from inrkit.errors import InrkitError


class Kept:
    """Videos of one size, by the order in which they came. The file has no name, and goes when this goes.

    Args:
        size: (T, H, W, 3) of each.
    """

    def __init__(self, size: Sequence[int]) -> None:
        self.size = tuple(size)
        self._file = TemporaryFile(prefix="inrkit-")  # noqa: SIM115 - open as long as this lives
        self._count = 0
        weakref.finalize(self, self._file.close)

    def __len__(self) -> int:
        return self._count

    def add(self, videos: Tensor) -> None:
        """Append uint8 (B, *size).

        Raises:
            InrkitError: There is no room for them.
        """
        try:
            self._file.seek(self._count * math.prod(self.size))
            for video in videos:
                self._file.write(video.cpu().numpy().tobytes())
            self._file.flush()
        except OSError as error:
            raise InrkitError(f"videos cannot be kept: {error}", "Make room, or set TMPDIR to another disk.") from error
        self._count += len(videos)

    def __getitem__(self, index: int) -> Tensor:
        """uint8, of the size of each."""
        length = math.prod(self.size)
        self._file.seek(index * length)
        return torch.frombuffer(bytearray(self._file.read(length)), dtype=torch.uint8).view(self.size)
