"""Which of several processes this one is, as torchrun, `accelerate launch` and `--devices` say in the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple


class Place(NamedTuple):
    """A process among those that work together.

    Attributes:
        rank, size: Its number among all, and how many there are.
        local_rank, local_size: The same among those of its machine.
    """

    rank: int = 0
    size: int = 1
    local_rank: int = 0
    local_size: int = 1

    def __str__(self) -> str:
        return f"process {self.rank} of {self.size}"


def place(environ: Mapping[str, str] = os.environ) -> Place:
    """Where this process stands. It is alone unless RANK, WORLD_SIZE and LOCAL_RANK are all there, and are numbers."""
    words = [environ.get(name, "") for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK")]
    if not all(word.isdecimal() for word in words):
        return Place()
    rank, size, local_rank = map(int, words)
    local_size = environ.get("LOCAL_WORLD_SIZE", "")
    return Place(rank, size, local_rank, int(local_size) if local_size.isdecimal() else size)
