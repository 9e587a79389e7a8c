"""Frames in a file instead of in memory, for videos of any length."""

from __future__ import annotations

import math
from collections.abc import Iterable
from tempfile import TemporaryFile

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inrkit.errors import InrkitError


def piled(frames: Iterable[NDArray[np.uint8]]) -> Tensor:
    """uint8 (F, H, W, 3) of frames (H, W, 3) as they come. The file has no name: it goes when the tensor goes.

    Raises:
        InrkitError: There is no room for them.
    """
    with TemporaryFile(prefix="inrkit-") as file:
        shape: tuple[int, ...] = ()
        try:
            for frame in frames:
                shape = frame.shape
                file.write(frame.tobytes())
            file.flush()
        except OSError as error:
            raise InrkitError(f"frames cannot be kept: {error}", "Make room, or set TMPDIR to another disk.") from error
        count = file.tell() // max(1, math.prod(shape))
        return torch.from_numpy(np.memmap(file, np.uint8, "r+", shape=(count, *shape)))
