"""What is said where: results on stdout, everything else on stderr.

The consoles follow ``NO_COLOR`` and ``COLUMNS``, and write no colour where there is no terminal.
"""

from __future__ import annotations

import json
from typing import Any

from rich.console import Console, RenderableType
from rich.text import Text

from inrkit.errors import InrkitError

# No markup, emoji or highlighting: what is printed comes from users, files and plugins.
out = Console(markup=False, emoji=False, highlight=False)
err = Console(markup=False, emoji=False, highlight=False, stderr=True)


_who = ""
"""What errors begin with; "" where this process speaks for all."""


def follow(who: str) -> None:
    """Let another process speak: say nothing but errors, and say whose they are."""
    global _who
    _who, out.quiet, err.quiet = f"{who}: ", True, True


def result(renderable: RenderableType) -> None:
    """Print a command's result for people: a table, or text."""
    out.print(renderable, soft_wrap=isinstance(renderable, str | Text))


def result_json(data: Any) -> None:
    """Print a command's result for programs. Nothing else may then be written to stdout."""
    out.print(json.dumps(data, indent=2, default=str), soft_wrap=True)


def note(text: str) -> None:
    """Say on stderr what is being done, unless :func:`set_quiet`."""
    if not err.quiet:
        say(text)


def warn(text: str) -> None:
    """Say on stderr, in one line, what may not be as wanted."""
    if not _who:
        say(text, "warning: ", "yellow")


def error(problem: InrkitError) -> None:
    """Say on stderr what failed, and under it what to do; nothing if another process says it."""
    if problem.said:
        return
    say(problem.message, f"{_who}error: ", "bold red")
    if problem.hint:
        say(problem.hint, "  ")


def set_quiet(quiet: bool) -> None:
    """Whether notes are left out. Warnings and errors never are."""
    err.quiet = quiet or bool(_who)


def say(text: str, label: str = "", style: str = "") -> None:
    """Print one line on stderr, quiet or not."""
    # soft_wrap leaves lines whole, so that a message can be searched for and copied.
    quiet, err.quiet = err.quiet, False
    try:
        err.print(Text.assemble((label, style), text), soft_wrap=True)
    finally:
        err.quiet = quiet
