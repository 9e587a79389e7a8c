"""What frozen networks see of the training clips: computed once, and kept on disk where the encoder can name it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import torch
from safetensors.torch import save_file

from inrkit.engine.data import Clips
from inrkit.engine.reporter import Reporter
from inrkit.engine.tensor_file import read_tensors
from inrkit.errors import BadInput
from inrkit.interfaces import Encoder, Tensors
from inrkit.interfaces.pixels import to_float
from inrkit.model import VideoModel
from inrkit.video.atomic import replacing

CHUNK = 16
"""Clips looked at together."""


def has_features(encoder: Encoder) -> bool:
    """Whether an encoder has frozen features, so that frames need not be decoded for one that has none."""
    return type(encoder).features is not Encoder.features


def compute_features(model: VideoModel, clips: Clips, reporter: Reporter) -> Tensors:
    """What the encoder's frozen networks see of each clip: name to (N, ...) on the CPU; {} if it has none.

    They lie beside the clips, in the folder of their store, under a name made of the networks' own and of which clips
    of the store these are. A file there that cannot be read, or is of another number of clips, is made anew.
    """
    if not has_features(model.encoder):
        return {}
    named = model.encoder.features_key()
    file = _place(clips, named) if named else None
    if file is not None and (kept := _read(file, len(clips))):
        return kept
    found = _computed(model, clips, reporter)
    if file is not None:
        with replacing(file) as unfinished:
            save_file({name: value.contiguous() for name, value in found.items()}, unfinished)
    return found


def _place(clips: Clips, named: str) -> Path:
    key = hashlib.sha256(json.dumps([named, clips.rows]).encode()).hexdigest()
    return clips.store.folder / f"features-{key[:32]}.safetensors"


def _read(file: Path, count: int) -> Tensors:
    try:
        found = read_tensors(file) if file.is_file() else {}
    except BadInput:
        return {}
    return found if all(len(value) == count for value in found.values()) else {}


@torch.no_grad()
def _computed(model: VideoModel, clips: Clips, reporter: Reporter) -> Tensors:
    parts = []
    for index in torch.arange(len(clips)).split(CHUNK):
        seen = model.encoder.features(to_float(clips.read(index)).to(model.device))
        parts.append({name: value.cpu() for name, value in seen.items()})
        reporter.measuring("clips seen by frozen networks", int(index[-1]) + 1, len(clips))
    return {name: torch.cat([part[name] for part in parts]) for name in parts[0]}
