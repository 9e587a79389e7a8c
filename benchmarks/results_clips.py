"""The clips of a run, to the last bit as it was trained on them, how good it shows them, and how they differ."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

import inrkit
from inrkit.discovery import load_registry
from inrkit.engine.data import Clips
from inrkit.engine.evaluate_statistics import summary
from inrkit.engine.fit_options import FitOptions
from inrkit.engine.job import Job
from inrkit.engine.judge import Judge, Scores
from inrkit.engine.plan import clips_again
from inrkit.engine.reporter import Reporter
from inrkit.engine.runs import Run
from inrkit.interfaces import ObservationTask
from inrkit.metrics.nearest import Nearest

READ = 8
"""Clips in memory at once."""


def clips_of(run: Path) -> dict[str, Clips]:
    """The clips that a run was trained on, and those that it left out.

    Raises:
        BadInput: Their videos are gone, or changed.
    """
    return dict(zip(("train", "held_out"), clips_again(Run(run).config, Reporter()), strict=True))


def frames_of(clips: Clips, names: Sequence[str]) -> dict[str, Tensor]:
    """Name to uint8 (T, H, W, 3)."""
    return {name: clips.read([clips.names.index(name)])[0] for name in names}


def frames_in(truths: Mapping[str, Tensor], folder: Path) -> Path:
    """A folder of PNG files for each clip: what the tasks are given, to the last bit as the run sees it."""
    for name, frames in truths.items():
        whole = folder / _folder_name(name)
        part = folder.parent / "part"
        if whole.exists():
            continue
        for index, frame in enumerate(frames):
            inrkit.write_png(part / f"{index:04d}.png", frame)
        folder.mkdir(parents=True, exist_ok=True)
        part.rename(whole)
    return folder


def _folder_name(clip: str) -> str:
    return re.sub(r"[^\w@-]", "-", clip)


def own_scores(name: str, options: Mapping[str, Any], run: Path, truths: Mapping[str, Tensor]) -> dict[str, Scores]:
    """How good the reconstructions are that training left, on the pixels that the task sees and on those it hides."""
    model = inrkit.load(run)
    assert model.config is not None
    registry = load_registry()
    task, settled = registry.get("task", name)(), registry.options("task", name)(**options)
    assert isinstance(task, ObservationTask)
    seen = Job(name, task, settled, model, FitOptions()).pattern(model.config.data.clip_shape[0])
    scores = {}
    for clip, truth in truths.items():
        row = model.config.data.clips.index(clip)
        latents = {key: values[row : row + 1] for key, values in model.latents.items()}
        rendered = inrkit.to_uint8(model.render(latents, model.config.data.clip_shape))[0]
        judge = Judge()
        judge.update(rendered, truth, seen)
        scores[_folder_name(clip)] = judge.scores()
    return scores


def nearness(clips: Clips, others: Clips) -> dict[str, Any] | None:
    """PSNR of each clip to that of `others` which is most like it, as `inrkit evaluate` has it of samples.

    So it is known how near to training clips a video is that no training has seen. None if there are no clips.
    """
    if not len(clips):
        return None
    nearest = Nearest()
    for some in torch.arange(len(others)).split(READ):
        nearest.update(None, others.read(some))
    for some in torch.arange(len(clips)).split(READ):
        nearest.update(clips.read(some), None)
    said = summary(nearest.compute()["nearest-psnr"], 0, "nearness")
    assert isinstance(said, dict)
    return said
