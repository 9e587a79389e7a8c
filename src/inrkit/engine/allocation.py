"""Refusing a model that is far too large while it is built, before memory is full."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from inrkit.errors import BadInput

ROOM = 10**8
"""Numbers that building may take beside those of the model itself."""

EACH = 1000
"""What a tensor counts beside its numbers, so that an immense number of layers ends too."""


@contextmanager
def at_most(numbers: int | None) -> Iterator[None]:
    """Build a model of about so many numbers; None: what can be trained in the memory of this machine.

    Raises:
        BadInput: It would be many times as large.
    """
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 2**40
    here = memory // 16  # float32: the model, its gradient and the two moments of Adam
    most = here if numbers is None else min(here, 4 * numbers + ROOM)
    try:
        with _Counting(most):
            yield
    except RuntimeError as error:
        if "allocate memory" in str(error):
            raise _too_large(most) from error
        raise


class _Counting(TorchDispatchMode):
    """Counts the numbers of new tensors. Memory is taken when they are first written, which is after this."""

    def __init__(self, most: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.most, self.so_far = most, 0

    def __torch_dispatch__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        if isinstance(result, Tensor) and not any(isinstance(arg, Tensor) for arg in args):
            self.so_far += result.numel() + EACH
            if self.so_far > self.most:
                raise _too_large(self.most)
        return result


def _too_large(most: int) -> BadInput:
    return BadInput(f"the model would have more than {most / 1e6:,.0f} million numbers", "Choose smaller sizes.")
