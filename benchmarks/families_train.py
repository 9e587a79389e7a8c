"""Trainings that all take the same time: how fast one goes is measured first, and its steps are as many as fit."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from results import alone_in
from results_keep import answer_of, hash_of, kept_answer

from inrkit import InrkitError

SHORT, SECONDS = 20, 3.0
"""Steps of a short training, and what it must take to count: a second one is longer, where steps are fast."""


@dataclass(frozen=True)
class Model:
    """What is trained: what it is called, and the flags of `inrkit train` that make it.

    Attributes:
        times: Of the seconds of others, where it is held against its bar.
        note: What must be known of it there.
    """

    name: str
    flags: str
    times: float = 1.0
    note: str = ""

    @property
    def words(self) -> list[str]:
        """The flags, one by one."""
        return self.flags.split()


@dataclass(frozen=True)
class Setting:
    """How commands are run, and where all that they do is kept.

    Attributes:
        seconds: Of each training.
        before: What commands are run through, as `nice` would be.
        at_once: Commands at the same time.
        lock: A file descriptor that commands inherit.
        kept_only: Run none; what was not done before fails.
    """

    work: Path
    seconds: float
    before: Sequence[str]
    at_once: int
    lock: int
    kept_only: bool = False

    def answer(self, words: Sequence[str], kept: Path, trained: str = "") -> dict[str, Any]:
        """As :func:`results_keep.answer_of`."""
        if self.kept_only and not kept_answer(words, kept, trained):
            raise InrkitError(f"not done before: inrkit {' '.join(words)}")
        return answer_of(words, kept, trained, self.lock, self.before)

    def alone(self, name: str) -> AbstractContextManager[int]:
        """Wait for what others of the same name do in the same folder."""
        return alone_in(self.work, f"lock-{name}")


@dataclass
class Trained:
    """A trained run.

    Attributes:
        asked: The words of `inrkit train`.
        result: What it measured at its end.
        machine: What it was trained on.
        also: What else was measured of it, by name.
    """

    run: Path
    asked: Sequence[str]
    result: Mapping[str, Any]
    machine: str
    also: dict[str, Any] = field(default_factory=dict)

    @property
    def hash(self) -> str:
        """Of its model."""
        return hash_of(self.run)


def train(words: Sequence[str], place: Path, setting: Setting, rate: float) -> Trained:
    """Train for the seconds of the setting, or go on with it, or read what it made.

    Args:
        words: Of `inrkit train`, without its steps and its folder.
        rate: Steps in a second.

    Raises:
        InrkitError: A command failed.
    """
    steps = max(1, round(setting.seconds * rate))
    run = place / "run"
    quiet = ["-o", f"train.sheet_every={steps}"]  # pictures on the way would count as seconds of training
    asked = ["train", *words, "--out", str(run), "--resume", "--steps", str(steps), *quiet]
    answer = setting.answer(asked, place / "train.json")
    return Trained(run, asked, answer["answer"], answer["machine"])


def rate_of(words: Sequence[str], trial: Path, setting: Setting) -> float:
    """Steps in a second of the processor, whatever else it does: by a short training, or two where steps are fast.

    Raises:
        InrkitError: A command failed.
    """
    kept = trial / "rate.json"
    with setting.alone("-".join(trial.relative_to(setting.work).parts)):  # trainings that are alike share one
        if kept.exists():
            return float(json.loads(kept.read_text()))
        rate = _tried(words, SHORT, trial, setting)
        if SHORT / rate < SECONDS:
            rate = _tried(words, round(SECONDS * rate), trial, setting)
        kept.write_text(json.dumps(rate))
        return rate


def _tried(words: Sequence[str], steps: int, trial: Path, setting: Setting) -> float:
    never = ["-o", f"train.sheet_every={steps}", "-o", f"train.checkpoint_every={steps}", "-o", "train.log_every=1"]
    asked = ["train", *words, "--out", str(trial / "run"), "--overwrite", "--steps", str(steps), *never]
    answer = setting.answer(asked, trial / f"{steps}.json")
    lines = (trial / "run/metrics.jsonl").read_text().splitlines()
    warm, end = (json.loads(line) for line in (lines[len(lines) // 4], lines[-1]))
    share = min(1.0, answer["share"])  # its start decodes with several threads
    return float((end["step"] - warm["step"]) / (end["seconds"] - warm["seconds"]) / share)


def done_of(models: Sequence[Model], trained: Mapping[Any, Trained | None]) -> tuple[list[Model], list[str]]:
    """The models of which there is anything, and in Markdown the names of all others."""
    names = {name if isinstance(name, str) else name[0] for name, each in trained.items() if each}
    missing = [f"`{model.flags}`" for model in models if model.name not in names]
    return [m for m in models if m.name in names], [
        "",
        f"Not measured so far: {', '.join(missing)}.",
    ] if missing else []


def all_of(jobs: Mapping[Any, Callable[[], Any]], at_once: int) -> dict[Any, Any]:
    """What each returns, some at the same time, the first ones first; None of those that failed, which is said."""

    def of(name: Any, job: Callable[[], Any]) -> Any:
        try:
            return job()
        except InrkitError as error:
            print(f"families: {name}: {error}", file=sys.stderr)
            return None

    with ThreadPoolExecutor(at_once) as pool:
        running = {name: pool.submit(of, name, job) for name, job in jobs.items()}
        try:
            return {name: future.result() for name, future in running.items()}
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            raise
