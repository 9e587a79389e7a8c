"""How far `inrkit data prepare` is: a live bar on a terminal, plain lines elsewhere, with the time that is left."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from inrkit.cli import console
from inrkit.cli.units import duration
from inrkit.video import Progress as Now

PLAIN_SECONDS = 10
"""Between two plain lines."""


@contextmanager
def showing(quiet: bool) -> Iterator[Callable[[Now], None]]:
    """Something to tell of progress, fit for where stderr goes."""
    if quiet:
        yield lambda now: None
    elif console.err.is_terminal and not os.environ.get("CI"):
        with _live() as tell:
            yield tell
    else:
        yield _plain()


@contextmanager
def _live() -> Iterator[Callable[[Now], None]]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console.err, refresh_per_second=5) as bars:
        task = bars.add_task("preparing", total=1.0)
        yield lambda now: bars.update(task, completed=now.share, description=_figures(now))


def _plain() -> Callable[[Now], None]:
    began = last = time.monotonic()
    first: float | None = None  # the share that was there at the beginning, when a preparation goes on

    def tell(now: Now) -> None:
        nonlocal last, first
        seen = time.monotonic()
        first = now.share if first is None else first
        if seen - last >= PLAIN_SECONDS:
            last = seen
            left = (seen - began) * (1 - now.share) / max(now.share - first, 1e-9)
            soon = f", about {duration(left, 0)} left" if now.share > first else ""
            console.note(f"{_figures(now)}, {now.share:.0%}{soon}")

    return tell


def _figures(now: Now) -> str:
    return f"{now.done} of {now.total} videos, {now.clips} clips"
