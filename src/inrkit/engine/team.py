"""The processes that do one piece of work together, each on its device. Alone, every question has its plain answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import torch
from torch import Tensor, nn

from inrkit.engine.reporter import Reporter
from inrkit.errors import InrkitError
from inrkit.interfaces import Tensors
from inrkit.place import place

T = TypeVar("T")


class SaidElsewhere(InrkitError):
    """The work has failed in another process, which says why."""

    said = True
    exit_code = 120


class Team:
    """One process alone; :class:`inrkit.engine.ranks.Ranks` are many.

    All processes call the same methods in the same order.

    Attributes:
        rank, size: Number of this process, and how many there are.
        local_size: How many there are on this machine.
    """

    rank, size, local_size = 0, 1, 1

    @property
    def first(self) -> bool:
        """Whether this is the process that speaks and writes."""
        return self.rank == 0

    def device(self, wanted: str) -> torch.device:
        """Where this process computes, of a device that all were asked for."""
        return torch.device(wanted)

    def part(self, count: int) -> slice:
        """Which of `count` things are this process's: each belongs to one, in their order, as evenly as can be."""
        each, more = divmod(count, self.size)
        start = self.rank * each + min(self.rank, more)
        return slice(start, start + each + (self.rank < more))

    def wrap(self, model: nn.Module) -> nn.Module:
        """`model` with the gradients of its parameters averaged over processes; the parameters become the first's."""
        return model

    def rows(self, part: Tensors, count: int) -> Tensors:
        """The sum over processes of what each says of its part of `count` rows: name to (count, ...).

        Args:
            part: Name to (n, ...), the rows of :meth:`part`.
        """
        return part

    def mean(self, values: Tensor) -> Tensor:
        """Of all processes."""
        return values

    def joined(self, tensors: Tensors) -> Tensors:
        """Name to (n, ...) of all processes, one after another; a process that has nothing gives {}."""
        return tensors

    def everyone(self, text: str) -> list[str]:
        """What each process says."""
        return [text]

    def any(self, number: int | None) -> int | None:
        """The largest number that a process has, None being none."""
        return number

    def lead(
        self, do: Callable[[], T], tell: Callable[[T], str] = json.dumps, hear: Callable[[str], T] = json.loads
    ) -> T:
        """What `do` returns in the first process; the others wait, and get it by `tell` there and `hear` here.

        Raises:
            SaidElsewhere: It failed, and this is another process.
        """
        return do()

    def wait(self) -> None:
        """Until all are here."""
        self.any(None)

    def check_same(self, tensors: Tensors) -> None:
        """Refuse to go on where processes hold different numbers.

        Raises:
            InrkitError: They do.
        """

    def level(self, model: nn.Module) -> None:
        """Give buffers that are saved, such as running means, the values of the first process."""

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Within it, the end of another process is no error of this one.

        Raises:
            SaidElsewhere: Another process has ended.
        """
        yield


def join(device: str) -> Team:
    """The team that this process is of: alone, or started among others by torchrun, `accelerate launch` or `--devices`.

    Args:
        device: As of :func:`inrkit.train`.
    """
    if place().size == 1:
        return Team()
    from inrkit.engine.ranks import ranks

    return ranks(device)


def speaks(reporter: Reporter, team: Team) -> Reporter:
    """`reporter`, or where the first process speaks for this one, one that says nothing."""
    return reporter if team.first else Reporter()
