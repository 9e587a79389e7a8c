"""Where an interpolation begins and ends: a training clip, a video, or latents that were kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from inrkit.engine.data import videos_in
from inrkit.engine.fit import find, render_found
from inrkit.engine.footage import Footage, Short, read_footage
from inrkit.engine.found_file import read_found
from inrkit.engine.gallery import clip_shape, training_latents
from inrkit.errors import BadInput
from inrkit.interfaces import ClipBatch, Tensors
from inrkit.interfaces.pixels import to_uint8
from inrkit.metrics.psnr import psnr
from inrkit.model import VideoModel


@dataclass
class End:
    """One of them.

    Attributes:
        latents: Name to (1, *shape).
        name: For labels.
        facts: What is written down of it.
        notes: What else is worth knowing, a line each.
    """

    latents: Tensors
    name: str
    facts: dict[str, Any]
    notes: list[str] = field(default_factory=list)


def is_video(what: str) -> bool:
    """Whether an end has to be inverted, which takes long."""
    return not what.isdecimal() and not what.endswith(".safetensors")


def find_end(model: VideoModel, what: str, *, short: Short | None = None, seed: int = 0) -> End:
    """The end that is meant by the number of a training clip, a video, or a file of latents.

    Raises:
        BadInput: There is no such clip, the file cannot be read, or its latents are of another run.
    """
    if what.isdecimal():
        return _clip(model, int(what))
    return _video(model, Path(what), short, seed) if is_video(what) else _kept(model, Path(what))


def _clip(model: VideoModel, clip: int) -> End:
    latents = training_latents(model)
    count = len(next(iter(latents.values())))
    if clip >= count:
        raise BadInput(
            f"there is no clip {clip}", f"The run has {count} training clips: 0 to {count - 1}. For a file: ./{clip}"
        )
    assert model.config is not None
    facts = {"from": f"clip {clip}", "name": model.config.data.clips[clip]}
    return End({name: values[clip : clip + 1] for name, values in latents.items()}, f"clip {clip}", facts)


def _kept(model: VideoModel, path: Path) -> End:
    kept = read_found(path, model)
    notes = []
    if len(kept.starts) > 1:
        notes.append(f"{path} holds {len(kept.starts)} clips: its first is taken")
    if kept.found.weights:
        notes.append(f"{path} holds refined weights, which have no latents: the latents before that are taken")
    facts = {"from": str(path), "name": kept.name}
    return End({name: values[:1] for name, values in kept.found.latents.items()}, kept.name, facts, notes)


def _video(model: VideoModel, path: Path, short: Short | None, seed: int) -> End:
    """Inverted, as by a task that sees everything."""
    assert model.config is not None
    videos = videos_in(str(path))
    if len(videos) != 1:
        raise BadInput(f"{path} holds {len(videos)} videos", "Name one of them.")
    footage = read_footage(videos[0], model.config.data, at=0.0, short=short)
    clips = footage.windows(slice(1))
    found = find(model, ClipBatch(clips.to(model.device), seed=seed), seed=seed)
    score = float(psnr(to_uint8(render_found(model, found, clip_shape(model))).cpu(), clips)[0])
    facts = {"from": str(path), "name": footage.name, "psnr_of_inversion": round(score, 2)}
    return End(found.latents, footage.name, facts, [*footage.notes, *_left_out(path, footage)])


def _left_out(path: Path, footage: Footage) -> list[str]:
    return [f"{path} is longer than a clip: its first is taken, {footage.unused:.2f} s are not"] * (footage.unused > 0)


def joined(ends: list[End]) -> Tensors:
    """Name to (ends, *shape), on the CPU."""
    return {name: torch.cat([end.latents[name].cpu() for end in ends]) for name in ends[0].latents}
