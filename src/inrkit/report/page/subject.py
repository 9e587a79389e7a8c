"""What a page is about: a run, its model, and its training clips if they are still there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from inrkit.engine.comparing import compare_runs
from inrkit.engine.data import Clips
from inrkit.engine.loading import load
from inrkit.engine.plan import clips_again, resolve_device
from inrkit.engine.reporter import Reporter
from inrkit.engine.runs import Run
from inrkit.errors import InrkitError
from inrkit.interfaces import Tensors
from inrkit.interfaces.pixels import to_uint8
from inrkit.model import VideoModel

PIXELS, CLIPS = 2**21, 8
"""Pixels and clips that are rendered at once, at most; at least one clip."""


@dataclass
class Subject:
    """A run that is looked at.

    Attributes:
        clips: Those it was trained on; None if they are gone, and `gone` says why.
        facts: What :func:`inrkit.engine.comparing.compare_runs` says of it.
        step: Of the checkpoint.
        newest: Whether that is the run's last one, of which result.json speaks.
    """

    run: Run
    model: VideoModel
    clips: Clips | None
    gone: str
    facts: dict[str, Any]
    step: int
    newest: bool

    @property
    def names(self) -> list[str]:
        """Of the training clips."""
        return self.run.config.data.clips

    @property
    def title(self) -> str:
        """What the run is called."""
        return self.run.path.resolve().name

    def latents(self, rows: Sequence[int]) -> Tensors:
        """Of some training clips: name to (n, *shape)."""
        return {name: values[list(rows)] for name, values in self.model.latents.items()}

    def videos(self, latents: Tensors) -> Tensor:
        """uint8 (n, T, H, W, 3) of latents, name to (n, *shape), on the CPU."""
        shape = self.run.config.data.clip_shape
        count = len(next(iter(latents.values())))
        parts = [
            to_uint8(self.model.render({k: v[part].to(self.model.device) for k, v in latents.items()}, shape)).cpu()
            for part in torch.arange(count).split(self.at_once)
        ]
        return torch.cat(parts)

    def truths(self, rows: Sequence[int]) -> Tensor | None:
        """uint8 (n, T, H, W, 3), if they are still there."""
        return None if self.clips is None else self.clips.read(list(rows)).cpu()

    def groups(self, rows: Sequence[int]) -> Iterator[Sequence[int]]:
        """Rows in groups that fit into memory."""
        for first in range(0, len(rows), self.at_once):
            yield rows[first : first + self.at_once]

    @property
    def at_once(self) -> int:
        """Clips that fit into memory together."""
        frames, height, width = self.run.config.data.clip_shape
        return max(1, min(CLIPS, PIXELS // (frames * height * width)))


def open_subject(path: Path, checkpoint: int | None, device: str, reporter: Reporter) -> Subject:
    """Load a run and look for its clips.

    Raises:
        BadInput: It is no run, or has no such checkpoint.
        PluginError: A plugin it was made with does not work.
    """
    run = Run(path)
    model = load(path, checkpoint=checkpoint, device=resolve_device(device))
    facts = compare_runs([path])[0]
    newest = run.newest_checkpoint()
    assert newest is not None  # one was loaded
    last = int(newest.name.removeprefix("step-"))
    step = last if checkpoint is None else checkpoint
    clips, gone = _clips(run, reporter)
    return Subject(run, model, clips, gone, facts, step, step == last)


def _clips(run: Run, reporter: Reporter) -> tuple[Clips | None, str]:
    """The training clips, or why they are not there."""
    if run.config.data.source is None:
        return None, "the run was imported, and does not know its videos"
    try:
        return clips_again(run.config, reporter)[0], ""
    except InrkitError as error:  # moved, changed, a full disk, a dataset's plugin that broke
        source = run.config.data.source
        return None, error.message.replace(source, Path(source).name)
