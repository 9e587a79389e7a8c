"""Statistics of real videos, kept by what was looked at and how, so that it is looked at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save

from inrkit.engine.files import write_atomically
from inrkit.engine.tensor_file import read_tensors
from inrkit.errors import BadInput
from inrkit.metrics.feature_statistics import FeatureStatistics
from inrkit.video import cache_folder

VERSION = 1
Size = tuple[int, int]


def place_of(key: str, depends: Mapping[str, Any]) -> Path:
    """The file for the real videos of a content hash, and all else that their features depend on."""
    text = json.dumps({"key": key, "depends": depends}, sort_keys=True)
    return cache_folder() / "features" / f"v{VERSION}" / f"{hashlib.sha256(text.encode()).hexdigest()}.safetensors"


def recalled(place: Path) -> tuple[FeatureStatistics, Size] | None:
    """The statistics and the size (H, W) of the videos; None where there is no file, or a damaged one."""
    if not place.exists():
        return None
    try:
        tensors = read_tensors(place, whole=("count", "size"), precision=torch.float64)
    except BadInput:  # it can be made again
        return None
    shapes = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    length = tensors["mean"].numel() if "mean" in tensors else 0
    expected = {"count": (), "size": (2,), "mean": (length,), "scatter": (length, length)}
    if shapes != expected or int(tensors["count"]) < 1:
        return None
    height, width = tensors["size"].tolist()
    return FeatureStatistics(int(tensors["count"]), tensors["mean"], tensors["scatter"]), (height, width)


def keep(place: Path, statistics: FeatureStatistics, size: Size) -> None:
    """Write what `recalled` reads.

    Raises:
        OSError: It cannot be written.
    """
    tensors = {
        "count": torch.tensor(statistics.count),
        "size": torch.tensor(size),
        "mean": statistics.mean.contiguous(),
        "scatter": statistics.scatter.contiguous(),
    }
    place.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(place, save(tensors))
