"""Measure one data set: train on it, do every task in every way on clips of both sides, then evaluate the run."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from results_clips import clips_of, frames_in, frames_of, nearness, own_scores
from results_keep import answer_of, hash_of

from inrkit import InrkitError
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
class Target:
    """What a task is to reach on training clips.

    Attributes:
        way: The name of the way that is to reach it.
        rival: What it is held against, a row of the table.
        less: How many dB less than that are enough.
    """

    way: str
    rival: str
    less: float = 0.0


@dataclass(frozen=True)
class Task:
    """A task: its command, the options it is given, and all that it is to reach, if anything was set."""

    name: str
    title: str
    about: str
    options: Mapping[str, Any] = field(default_factory=dict)
    targets: Sequence[Target] = ()

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
        source: Of the videos, or a run that was trained on them; None: the toy videos.
        count: Clips of each side.
        train, fit, evaluate: Further flags for the training, for the tasks, and for the evaluation.
        lock: A file descriptor that commands inherit.
    """

    work: Path
    source: Path | None
    count: int
    train: Sequence[str]
    fit: Sequence[str]
    evaluate: Sequence[str]
    lock: int

    @property
    def trained_before(self) -> bool:
        """Whether `source` is a run."""
        return self.source is not None and (self.source / "config.json").is_file()

    @property
    def run(self) -> Path:
        """Folder of the trained run."""
        return self.source if self.source is not None and self.trained_before else self.work / "run"


@dataclass
class Figures:
    """All that was measured of a data set.

    Attributes:
        training: The kept answer of `inrkit train`; of a run that was trained before, that of `inrkit info`.
        result: What training measured at its end.
        answers: (task, side, way) to the kept answer of a task; its "answer" holds "videos", a record of each clip.
        own: (task, side) to the scores of the reconstructions that training left, by the name of the clip's folder.
        clips: Side to the names of its clips.
        evaluation: The kept answer of `inrkit evaluate`.
        apart: How near held-out clips are to their nearest training clip, in dB: a score as in evaluation.json.
    """

    dataset: Dataset
    tasks: Sequence[Task]
    ways: Sequence[Way]
    how: Measuring
    training: dict[str, Any]
    result: dict[str, Any]
    config: dict[str, Any]
    clips: dict[str, list[str]]
    answers: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    own: dict[tuple[str, str], dict[str, Scores]] = field(default_factory=dict)
    evaluation: dict[str, Any] = field(default_factory=dict)
    apart: Mapping[str, Any] | None = None


def measure(dataset: Dataset, tasks: Sequence[Task], ways: Sequence[Way], how: Measuring) -> Figures:
    """Train, do every task in every way on clips of both sides, then evaluate; or go on with it.

    Raises:
        InrkitError: A command failed.
    """
    training = _training(dataset, how)
    result = training["answer"]["result"] if how.trained_before else training["answer"]
    if result is None:
        raise InrkitError(f"{how.run} is not finished", f"Go on with it: inrkit train --resume --out {how.run}")
    config = json.loads((how.run / "config.json").read_text())
    clips = clips_of(how.run)
    sides = {side: _some(clips[side].names, how.count) for side in SIDES if len(clips[side])}
    figures = Figures(dataset, tasks, ways, how, training, result, config, sides)
    trained = hash_of(how.run)
    for side, names in figures.clips.items():
        truths = frames_of(clips[side], names)
        folder = frames_in(truths, how.work / f"clips-{trained[:8]}-{how.count}" / side)
        for task in tasks:
            if side == "train":
                figures.own[task.name, side] = own_scores(task.name, task.options, how.run, truths)
            for way in ways:
                out = how.work / task.name / side / way.name
                words = [*task.words, str(folder), "--run", str(how.run), "--out", str(out), *way.words, *how.fit]
                figures.answers[task.name, side, way.name] = answer_of(
                    words, out.with_suffix(".json"), trained, how.lock
                )
    file = how.work / "evaluation.json"
    words = ["evaluate", str(how.run), *how.evaluate, "--out", str(file)]
    figures.evaluation = answer_of(words, how.work / "evaluate.json", trained, how.lock)
    figures.apart = nearness(clips["held_out"], clips["train"])
    return figures


def _training(dataset: Dataset, how: Measuring) -> dict[str, Any]:
    if how.trained_before:
        return answer_of(["info", str(how.run)], how.work / "info.json", "", how.lock)
    source = [] if how.source is None else [str(how.source)]
    words = ["train", "--plugin", "inrv", *source, "--out", str(how.run), "--resume", *dataset.split, *how.train]
    return answer_of(words, how.work / "train.json", "", how.lock)


def _some(names: Sequence[str], count: int) -> list[str]:
    chosen = random.Random(SEED).sample(range(len(names)), min(count, len(names)))
    return [names[index] for index in sorted(chosen)]
