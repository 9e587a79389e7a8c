"""Progress of long work, on stderr: a live bar on a terminal, plain lines elsewhere, nothing when quiet."""

from __future__ import annotations

import os
import time
from types import TracebackType
from typing import Any

from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from inrkit.cli import console
from inrkit.engine.reporter import Reporter

PLAIN_SECONDS = 10
"""Between two plain lines of the same work."""


def make_reporter(quiet: bool) -> ConsoleReporter:
    """The reporter that fits where stderr goes."""
    if quiet:
        return ConsoleReporter()
    live = console.err.is_terminal and not os.environ.get("CI")
    return LiveReporter() if live else PlainReporter()


class ConsoleReporter(Reporter):
    """Warnings only; a context, so that a live display is put away whatever happens."""

    def __enter__(self) -> ConsoleReporter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        pass

    def warn(self, text: str) -> None:
        """One line of warning."""
        console.warn(text)


class PlainReporter(ConsoleReporter):
    """Lines, not too many."""

    def __init__(self) -> None:
        self._last: dict[str, float] = {}
        self._began: dict[str, float] = {}

    def note(self, text: str) -> None:
        """One line worth knowing."""
        console.note(text)

    def preparing(self, done: int, total: int, clips: int) -> None:
        """Videos cut into clips so far."""
        self._now_and_then("preparing", f"preparing: {done} of {total} videos, {clips} clips", done == total)

    def training(self, step: int, steps: int, record: dict[str, Any]) -> None:
        """A logged step."""
        self._now_and_then("training", f"step {step} of {steps}: {figures(record)}", step == steps)

    def fitting(self, what: str, done: int, total: int) -> None:
        """Steps taken so far of the search for latents, or for weights; of a short one nothing."""
        began = self._began.setdefault(what, time.monotonic())
        self._last.setdefault(what, began)
        left = (time.monotonic() - began) / max(1, done) * (total - done)
        if done < total:
            self._now_and_then(what, f"fitting {what}: step {done} of {total}, {_clock(left)} left", False)

    def measuring(self, what: str, done: int, total: int) -> None:
        """Clips fitted or rendered so far."""
        self._now_and_then(what, f"measuring: {done} of {total} {what}", done == total)

    def _now_and_then(self, what: str, text: str, last: bool) -> None:
        now = time.monotonic()
        if last or now - self._last.get(what, -PLAIN_SECONDS) >= PLAIN_SECONDS:
            self._last[what] = now
            console.note(text)


class LiveReporter(ConsoleReporter):
    """A bar for each kind of work."""

    def __init__(self) -> None:
        columns: list[ProgressColumn] = [
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.completed:g}/{task.total:g}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[figures]}"),
        ]
        self._progress = Progress(*columns, console=console.err, refresh_per_second=5)
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> LiveReporter:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._progress.stop()

    def note(self, text: str) -> None:
        """One line worth knowing."""
        console.note(text)

    def preparing(self, done: int, total: int, clips: int) -> None:
        """Videos cut into clips so far."""
        self._advance("preparing videos", done, total, f"{clips} clips")

    def training(self, step: int, steps: int, record: dict[str, Any]) -> None:
        """A logged step."""
        self._advance("training", step, steps, figures(record))

    def fitting(self, what: str, done: int, total: int) -> None:
        """Steps taken so far of the search for latents, or for weights; its bar goes when it ends."""
        self._advance(f"fitting {what}", done, total, "")
        if done >= total:
            self._progress.remove_task(self._tasks.pop(f"fitting {what}"))

    def measuring(self, what: str, done: int, total: int) -> None:
        """Clips fitted or rendered so far."""
        self._advance(f"measuring {what}", done, total, "")

    def _advance(self, what: str, done: int, total: int, text: str) -> None:
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(what, total=total, figures="")
        self._progress.update(self._tasks[what], completed=done, total=total, figures=text)


def _clock(seconds: float) -> str:
    """Minutes and seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def figures(record: dict[str, Any]) -> str:
    """The figures of a logged step in one line."""
    speed = record["clips_per_second"]
    stage = f"  first {record['clips']:,} clips" if "clips" in record else ""
    return f"loss {record['loss']:.4f}  PSNR {record['psnr']:.2f} dB  {speed:.0f} clips/s{stage}"
