"""Measure one data set: train on it, then do every task in every way on clips of both sides."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from results_clips import clips_of, frames_in, own_scores, rows_of
from results_keep import answer_of, hash_of

from inrkit.engine.judge import Scores

SIDES = {"train": "training clips", "held_out": "held-out clips"}
SEED = 0
"""Which clips are taken."""


@dataclass(frozen=True)
class Dataset:
    """A source of videos: what it is called, what it is, and how `inrkit train` is to split it.

    Attributes:
        pictures: Whether frames of it may be shown in the document.
    """

    name: str
    title: str
    about: str
    split: Sequence[str] = ()
    pictures: bool = False


@dataclass(frozen=True)
class Task:
    """A task: its command, and the options it is given."""

    name: str
    title: str
    about: str
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def words(self) -> list[str]:
        """The options, as flags."""
        pairs = ((f"--{name.replace('_', '-')}", str(value)) for name, value in self.options.items())
        return [self.name, *(word for pair in pairs for word in pair)]


@dataclass(frozen=True)
class Way:
    """A way to do a task: flags, and what results call it; {steps} and {lr} are as its record says.

    Attributes:
        about: What it is, and why; for the head of the document.
        published: Whether it is the work of others, which ours is held against.
    """

    name: str
    title: str
    about: str
    words: Sequence[str] = ()
    published: bool = False


@dataclass(frozen=True)
class Measuring:
    """How to measure.

    Attributes:
        work: Folder for all that is kept.
        source: Of the videos; None: the toy videos.
        count: Clips of each side.
        train, fit: Further flags for the training, and for the tasks.
        lock: A file descriptor that commands inherit.
    """

    work: Path
    source: Path | None
    count: int
    train: Sequence[str]
    fit: Sequence[str]
    lock: int

    @property
    def run(self) -> Path:
        """Folder of the trained run."""
        return self.work / "run"


@dataclass
class Figures:
    """All that was measured of a data set.

    Attributes:
        training: The kept answer of `inrkit train`.
        answers: (task, side, way) to the kept answer of a task; its "answer" holds "videos", a record of each clip.
        own: (task, side) to the scores of the reconstructions that training left, by the name of the clip's folder.
        clips: Side to the names of its clips.
    """

    dataset: Dataset
    tasks: Sequence[Task]
    ways: Sequence[Way]
    how: Measuring
    training: dict[str, Any]
    config: dict[str, Any]
    clips: dict[str, list[str]]
    answers: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    own: dict[tuple[str, str], dict[str, Scores]] = field(default_factory=dict)


def measure(dataset: Dataset, tasks: Sequence[Task], ways: Sequence[Way], how: Measuring) -> Figures:
    """Train, then do every task in every way on clips of both sides; or go on with it.

    Raises:
        InrkitError: A command failed.
    """
    source = [] if how.source is None else [str(how.source)]
    words = ["train", "--plugin", "inrv", *source, "--out", str(how.run), "--resume", *dataset.split, *how.train]
    training = answer_of(words, how.work / "train.json", "", how.lock)
    config = json.loads((how.run / "config.json").read_text())
    clips = {side: _some(config["data"]["clips" if side == "train" else side], how.count) for side in SIDES}
    figures = Figures(dataset, tasks, ways, how, training, config, {s: names for s, names in clips.items() if names})
    store = clips_of(config, how.source)
    trained = hash_of(how.run)
    for side, names in figures.clips.items():
        truths = {name: store.read([row])[0] for name, row in rows_of(store, names).items()}
        folder = frames_in(truths, how.work / f"clips-{how.count}" / side)
        for task in tasks:
            if side == "train":
                figures.own[task.name, side] = own_scores(task.name, task.options, how.run, truths)
            for way in ways:
                out = how.work / task.name / side / way.name
                words = [*task.words, str(folder), "--run", str(how.run), "--out", str(out), *way.words, *how.fit]
                figures.answers[task.name, side, way.name] = answer_of(
                    words, out.with_suffix(".json"), trained, how.lock
                )
    return figures


def _some(names: Sequence[str], count: int) -> list[str]:
    chosen = random.Random(SEED).sample(range(len(names)), min(count, len(names)))
    return [names[index] for index in sorted(chosen)]
