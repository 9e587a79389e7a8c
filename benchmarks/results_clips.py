"""The clips of a run, to the last bit as it was trained on them, and how good it shows them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

import inrkit
from inrkit.discovery import load_registry
from inrkit.engine.fit_options import FitOptions
from inrkit.engine.job import Job
from inrkit.engine.judge import Judge, Scores
from inrkit.interfaces import ObservationTask
from inrkit.video import ClipSettings, ClipStore, Video, find_videos, prepare_clips, toy_videos, write_png


def clips_of(config: Mapping[str, Any], source: Path | None) -> ClipStore:
    """The clips of a run, as it was trained on them."""
    frames, *size = config["data"]["clip_shape"]
    videos: list[Path | Video] = []
    if source is None:
        options = config["data"]["dataset"]["options"]
        for side, number in (("count", False), ("held_out", True)):
            videos += toy_videos(options[side], frames, tuple(size), options["seed"], held_out=number)
    else:
        videos += find_videos(source)
    return prepare_clips(videos, ClipSettings(frames, tuple(size)))


def rows_of(store: ClipStore, names: Sequence[str]) -> dict[str, int]:
    """Where the clips of these names are in a store."""
    rows = {f"{clip.video}@{clip.start}": row for row, clip in enumerate(store.clips)}
    return {name: rows[name] for name in names}


def frames_in(truths: Mapping[str, Tensor], folder: Path) -> Path:
    """A folder of PNG files for each clip: what the tasks are given, to the last bit as the run sees it."""
    for name, frames in truths.items():
        whole = folder / _folder_name(name)
        part = folder.parent / "part"
        if whole.exists():
            continue
        for index, frame in enumerate(frames):
            write_png(part / f"{index:04d}.png", frame)
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
