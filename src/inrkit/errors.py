"""What inrkit says when something cannot be done, and the exit code that goes with it.

Every message names the thing, the reason and, as `hint`, the next step. The command line prints them as they are;
Python callers catch :class:`InrkitError` or one of its kinds.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class InrkitError(Exception):
    """Something failed while working: a full disk, a loss that is not finite. Exit code 1.

    Args:
        message: What could not be done, and why. One line.
        hint: What to do about it. One line, or empty.
    """

    exit_code = 1
    said = False
    """Whether another process says it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}. {self.hint}" if self.hint else self.message


class BadInput(InrkitError):
    """The request cannot be met as it stands: an unknown name or value, a bad file, a missing extra. Exit code 2."""

    exit_code = 2


class PluginError(InrkitError):
    """A plugin asked for by name is installed but broken, conflicting, disabled or of another API. Exit code 3."""

    exit_code = 3


LISTED = 12
"""A longer list of choices hides the nearest one."""


def did_you_mean(name: str, choices: Iterable[str]) -> str:
    """A hint for an unknown `name`: the nearest of `choices`, and all of them if few or if none is near."""
    known = sorted(choices)
    near = difflib.get_close_matches(name, known, n=1)
    listed = f"Known: {', '.join(known)}." if known else "None are installed."
    if not near:
        return listed
    return f"Did you mean {near[0]!r}?" + (f" {listed}" if len(known) <= LISTED else "")
