"""Progressive training: on the first clips alone, then on more and more of them (INR-V, section 3.3).

A schedule is text, ``"25:200,100:200,all:500"``: 200 epochs of the first 25 clips, 200 of the first 100, 500 of all.
Model, optimiser and codes go on from stage to stage as they are. The code of a clip that has not had its turn is where
codes begin, for rows that are in no batch do not move: so it is appended, in effect, when its stage begins.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

PAPER = "10:710,100:101,1000:50,10000:10,all:100"
"""The schedule of INR-V's official code, by its name ``paper``."""

FORM = "should be VIDEOS:EPOCHS of each stage, as 25:200,100:200,all:500, or paper, or none"


class Part(NamedTuple):
    """One stage as it was asked for: the first how many clips (None: all), for how many epochs (None: to the end)."""

    clips: int | None
    epochs: int | None


class Stage(BaseModel):
    """One stage as it is done: the steps from `begin` to before `end` draw from the first `clips` clips."""

    model_config = ConfigDict(extra="forbid")

    clips: int = Field(ge=1)
    begin: int = Field(ge=0)
    end: int = Field(ge=1)


def parse(schedule: str) -> list[Part]:
    """The stages that a schedule names.

    Raises:
        ValueError: It is none: what should be there instead.
    """
    parts = [_part(text.strip()) for text in (PAPER if schedule == "paper" else schedule).split(",")]
    if any(part.epochs is None for part in parts[:-1]):
        raise ValueError("should say the epochs of every stage but the last")
    counts = [math.inf if part.clips is None else part.clips for part in parts]
    if any(more <= fewer for fewer, more in pairwise(counts)):
        raise ValueError("should have more videos in every stage than in the one before")
    return parts


def _part(text: str) -> Part:
    clips, colon, epochs = text.partition(":")
    if not (clips == "all" or _counts(clips)) or not (_counts(epochs) or not colon):
        raise ValueError(FORM)
    return Part(None if clips == "all" else int(clips), int(epochs) if colon else None)


def _counts(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10 and int(text) > 0


def total_steps(schedule: str, clips: int, batch: int) -> int | None:
    """The steps of a schedule; None if its last stage is open."""
    parts = parse(schedule)
    if parts[-1].epochs is None:
        return None
    return sum((part.epochs or 0) * _batches(part, clips, batch) for part in parts)


def stages_of(schedule: str | None, clips: int, batch: int, steps: int) -> list[Stage]:
    """The stages of a training of `steps` steps; none without a schedule.

    The last goes on to the end of the training; those that would begin after it are left out. A stage with no clip more
    than the one before, since there are no more, is the same stage.
    """
    stages: list[Stage] = []
    begin = 0
    for part in parse(schedule) if schedule else ():
        if begin >= steps:
            break
        many = min(part.clips or clips, clips)
        end = steps if part.epochs is None else begin + part.epochs * _batches(part, clips, batch)
        if stages and stages[-1].clips == many:
            stages[-1].end = end
        else:
            stages.append(Stage(clips=many, begin=begin, end=end))
        begin = end
    if stages:
        stages[-1].end = steps
    return stages


def stage_at(stages: Sequence[Stage], step: int) -> Stage:
    """The stage to which a step belongs."""
    return next(stage for stage in reversed(stages) if stage.begin <= step)


def visits(stages: Sequence[Stage], batch: int, step: int) -> float:
    """How many clips the steps before `step` have seen, counting each time."""
    return sum(
        max(0, min(step, stage.end) - stage.begin) * stage.clips / math.ceil(stage.clips / batch) for stage in stages
    )


def whole(clips: int, steps: int) -> list[Stage]:
    """A training without stages, as the one stage that it is."""
    return [Stage(clips=clips, begin=0, end=max(1, steps))]


def _batches(part: Part, clips: int, batch: int) -> int:
    return math.ceil(min(part.clips or clips, clips) / batch)
