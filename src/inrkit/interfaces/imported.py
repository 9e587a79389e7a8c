"""What an importer of foreign checkpoints returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from inrkit.interfaces.types import Shape, Tensors


@dataclass
class Imported:
    """A trained model, read from a checkpoint of its method's original code.

    A method's declaration may name an ``importer``: a function from the content of such a file, as ``torch.load``
    gives it with ``weights_only=True``, to this; or to None if the file is not of its kind. Every tensor of the file
    goes into one of the fields; a key that the importer does not know is an error it raises.

    Attributes:
        components: ``encoder``, ``hypernetwork`` and ``inr`` to (name, options).
        options: Options of the method.
        clip_shape: (T, H, W) of the training clips.
        model: The model's tensors, named as in :class:`inrkit.VideoModel`.
        codes: Name to (N, *shape), a row for each training clip.
        clips: N names of the training clips.
        latents: Name to (N, *shape), where the encoder makes them of more than codes, and the file has them; else {}.
        moments: ``exp_avg`` and ``exp_avg_sq`` of the codes, each name to (N, *shape); {} if the file has none.
        visits: The number of optimiser steps that each code has seen.
        optimizer: ``exp_avg.NAME``, ``exp_avg_sq.NAME`` and ``step.NAME`` of the model's parameters, or {}.
        extra: What inrkit does not use yet but keeps, by any name.
        tensors: How many tensors the file held.
        notes: What a user should know, one line each.
    """

    components: Mapping[str, tuple[str, Mapping[str, Any]]]
    options: Mapping[str, Any]
    clip_shape: Shape
    model: Tensors
    codes: Tensors
    clips: list[str]
    latents: Tensors = field(default_factory=dict)
    moments: Mapping[str, Tensors] = field(default_factory=dict)
    visits: int = 0
    optimizer: Tensors = field(default_factory=dict)
    extra: Tensors = field(default_factory=dict)
    tensors: int = 0
    notes: list[str] = field(default_factory=list)
