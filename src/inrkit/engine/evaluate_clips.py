"""The clips that a run is measured on: its own, or those of other videos cut as its own were."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import torch

from inrkit.engine.config import RunConfig
from inrkit.engine.data import Clips, clip_settings, spread, videos_in
from inrkit.engine.plan import clips_again
from inrkit.engine.reporter import Reporter
from inrkit.errors import BadInput
from inrkit.video import SkippedVideo, prepare_clips

READ = 16
"""Clips read at once, to be hashed."""


@dataclass
class Side:
    """Some clips to measure on.

    Attributes:
        name: "training", "held-out" or "real".
        source: What they are, in words.
        clips: None where there are none.
        why: The reason then.
        notes: What is worth knowing of them.
    """

    name: str
    source: str
    clips: Clips | None = None
    why: str = ""
    notes: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.clips) if self.clips else 0

    def rows(self, most: int) -> list[int]:
        """At most so many of them, evenly."""
        return spread(range(len(self)), most)

    @cached_property
    def hashes(self) -> list[str]:
        """sha256 of the pixels of each clip."""
        found = []
        for index in torch.arange(len(self)).split(READ):
            assert self.clips is not None
            found += [hashlib.sha256(clip.numpy().data).hexdigest() for clip in self.clips.read(index)]
        return found

    def key(self, rows: list[int]) -> str:
        """A hash of the content, order and shape of some of them."""
        shape = self.clips.shape if self.clips else ()
        return hashlib.sha256("\n".join([str(shape), *(self.hashes[row] for row in rows)]).encode()).hexdigest()


def at_size(config: RunConfig, size: tuple[int, int]) -> RunConfig:
    """As if a run's clips had been cut at another size."""
    options = config.data.options.model_copy(update={"size": size})
    return config.model_copy(update={"data": config.data.model_copy(update={"options": options, "content": None})})


def own_sides(config: RunConfig, reporter: Reporter, size: tuple[int, int] | None = None) -> tuple[Side, Side]:
    """The training clips of a run, and those that it held out, at their own size or another."""
    train, held = Side("training", "training clips of the run"), Side("held-out", "clips that the run held out")
    try:
        if config.data.source is None:
            raise BadInput("this run does not say which videos it was trained on: it was imported or exported")
        train.clips, held.clips = clips_again(config, reporter)
        if size:
            train.clips, held.clips = clips_again(at_size(config, size), reporter)
            trained = "x".join(map(str, config.data.clip_shape[1:]))
            train.notes = [f"measured at {size[0]}x{size[1]}, trained at {trained}"]
            held.notes = list(train.notes)
    except BadInput as error:
        train.why = held.why = error.message
        return train, held
    if not len(held):
        held.clips, held.why = None, "the run held nothing out (--held-out SOURCE gives other videos)"
    return train, held


def side_of(name: str, source: Path, config: RunConfig, reporter: Reporter) -> Side:
    """Clips of other videos, cut as those of the run.

    Raises:
        BadInput: They cannot be read, or give no clip.
    """
    options, bad = config.data.options, list[SkippedVideo]()
    videos = videos_in(str(source), bad)
    store = prepare_clips(
        videos,
        clip_settings(options, None),
        skip_bad=options.skip_bad,
        left_out=bad,
        progress=lambda now: reporter.preparing(now.done, now.total, now.clips),
    )
    names = [f"{clip.video}@{clip.start}" for clip in store.clips]
    return Side(name, f"clips of {source}", Clips(store, list(range(len(store))), names), notes=store.warnings())


def note_overlap(side: Side, train: Side, reporter: Reporter) -> None:
    """Say loudly which clips were trained on: what is measured on them says nothing of new videos."""
    if not side.clips or not train.clips:
        return
    known = set(train.hashes)
    common = sum(clip in known for clip in side.hashes)
    if common:
        text = (
            f"{common} of {len(side)} {side.source} were trained on: the same pixels (sha256) are in the training set"
        )
        side.notes.append(text)
        reporter.warn(text)
