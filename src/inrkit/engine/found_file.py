"""Latents that were found, as a file: safetensors that say which run they belong to and how they make a video."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import torch
from pydantic import BaseModel, Field, ValidationError
from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor

from inrkit.engine.files import write_atomically
from inrkit.engine.fit import Found
from inrkit.engine.tensor_header import UNREADABLE
from inrkit.errors import BadInput
from inrkit.interfaces import Tensors
from inrkit.model import VideoModel

KIND = "inrkit latents 1"
ANEW = "Find them anew, with the task that wrote it."


class Facts(BaseModel):
    """How the latents in a file make a video, as the file says."""

    starts: list[int] = Field(min_length=1)
    length: int = Field(ge=1)
    frames: int = Field(ge=1)
    rate: float = Field(gt=0, le=1e6)
    name: str
    start: list[str]
    steps: int = Field(ge=0)

    @property
    def windows_cover_it(self) -> bool:
        """Whether the windows follow each other without a gap, from the first frame to the last."""
        joined = all(before < start <= before + self.length for before, start in pairwise(self.starts))
        whole = self.starts[0] == 0 and self.starts[-1] + self.length == max(self.frames, self.length)
        return joined and whole and len(self.start) == len(self.starts)


@dataclass(frozen=True)
class Kept:
    """What a file of latents holds.

    Attributes:
        found: For each window of a video.
        starts: First frame of each window.
        length: Frames of a window.
        frames: Of the video, at the run's rate.
        rate: Frames a second, of these.
        name: Of the video.
    """

    found: Found
    starts: list[int]
    length: int
    frames: int
    rate: float
    name: str


def save_found(path: Path, kept: Kept, model: VideoModel) -> None:
    """Write the latents that were found in `model`, and refined weights if there are any."""
    tensors = {f"latents.{name}": values for name, values in kept.found.latents.items()}
    tensors |= {f"weights.{name}": values for name, values in (kept.found.weights or {}).items()}
    tensors = {name: values.detach().to("cpu", copy=True).contiguous() for name, values in tensors.items()}
    facts = {"starts": kept.starts, "length": kept.length, "frames": kept.frames, "rate": kept.rate, "name": kept.name}
    facts |= {"start": kept.found.start, "steps": kept.found.steps}
    write_atomically(path, save(tensors, {"kind": KIND, "run": model.content, "facts": json.dumps(facts)}))


def read_found(path: Path, model: VideoModel) -> Kept:
    """The latents in a file, for the model they were found in.

    Raises:
        BadInput: It is no such file, of another run, of another shape, or holds what is no number.
    """
    tensors, facts = _read(path, model.content)
    latents, weights = (_named(tensors, prefix, model) for prefix in ("latents.", "weights."))
    count = len(facts.starts)
    if facts.length != model.encoder.clip_frames:
        raise BadInput(f"{path} has windows of {facts.length} frames, the run of {model.encoder.clip_frames}", ANEW)
    expected = {name: (count, *(_frames(model, shape))) for name, shape in model.encoder.latents.items()}
    _check(path, latents, expected)
    if weights:
        own = model.inr.initial_weights()
        _check(path, weights, {name: (count, *value.shape) for name, value in own.items()})
    found = Found(latents, torch.zeros(count), facts.start, facts.steps, weights or None)
    return Kept(found, facts.starts, facts.length, facts.frames, facts.rate, facts.name)


def _read(path: Path, run: str) -> tuple[Tensors, Facts]:
    try:
        with safe_open(path, "pt") as file:
            said = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no dictionary
    except UNREADABLE as error:
        raise BadInput(f"{path} cannot be read: {error}", "Give a latents.safetensors that a task wrote.") from error
    if said.get("kind") != KIND:
        raise BadInput(f"{path} holds no latents that a task found", "Give a latents.safetensors that a task wrote.")
    if said.get("run") != run:
        raise BadInput(f"{path} belongs to another run, or to another checkpoint of this one", "Name its own run.")
    try:
        facts = Facts.model_validate_json(said.get("facts", ""))
    except ValidationError as error:
        raise BadInput(f"{path} does not say how its latents make a video", ANEW) from error
    if not facts.windows_cover_it:
        raise BadInput(f"{path} has windows that do not make a video", ANEW)
    return tensors, facts


def _named(tensors: Tensors, prefix: str, model: VideoModel) -> Tensors:
    return {name.removeprefix(prefix): v.to(model.device) for name, v in tensors.items() if name.startswith(prefix)}


def _frames(model: VideoModel, shape: tuple[int | None, ...]) -> tuple[int, ...]:
    return tuple(model.encoder.clip_frames if n is None else n for n in shape)


def _check(path: Path, tensors: Tensors, expected: dict[str, tuple[int, ...]]) -> None:
    shapes = {name: tuple(value.shape) for name, value in tensors.items()}
    if shapes != expected:
        raise BadInput(f"{path} has latents of {shapes}, the run of {expected}", "Name the run they were found in.")
    if not all(_finite(value) for value in tensors.values()):
        raise BadInput(f"{path} holds values that are no numbers", ANEW)


def _finite(value: Tensor) -> bool:
    return value.is_floating_point() and bool(value.isfinite().all())
