"""inrkit: a plugin-based toolkit for video implicit neural representations.

Everything public is here, and is imported when it is first used: ``import inrkit`` alone imports no torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from inrkit.errors import BadInput, InrkitError, PluginError
from inrkit.hookspecs import hookimpl

if TYPE_CHECKING:
    from inrkit import declare
    from inrkit.discovery import plugins
    from inrkit.engine.between import interpolate
    from inrkit.engine.draws import sample
    from inrkit.engine.evaluate_python import evaluate
    from inrkit.engine.fit import fit
    from inrkit.engine.loading import load
    from inrkit.engine.start import train
    from inrkit.interfaces import (
        INR,
        ClipBatch,
        Dataset,
        Decode,
        Encoder,
        HyperNetwork,
        Imported,
        Method,
        Metric,
        Observation,
        ObservationTask,
        Output,
        Sample,
        Sampler,
        Shape,
        Shapes,
        Situation,
        Spec,
        Task,
        TaskResult,
        Tensors,
        Unit,
        coarsest,
        per_clip,
    )
    from inrkit.interfaces.coordinates import grid
    from inrkit.interfaces.pixels import to_float, to_uint8
    from inrkit.metrics.clip_weights import clip_image_encoder
    from inrkit.metrics.feature_statistics import FeatureStatistics
    from inrkit.metrics.frechet import frechet_distance
    from inrkit.metrics.frechet_metric import FrechetMetric
    from inrkit.metrics.lpips_network import lpips_network
    from inrkit.model import VideoModel
    from inrkit.report.sheets import contact_sheet
    from inrkit.video import Video, find_videos, read_video, toy_videos, write_png, write_video

__version__ = "0.1.0"

_HOMES = {
    "declare": "",
    "contact_sheet": "report.sheets",
    "evaluate": "engine.evaluate_python",
    "fit": "engine.fit",
    "interpolate": "engine.between",
    "load": "engine.loading",
    "plugins": "discovery",
    "sample": "engine.draws",
    "train": "engine.start",
    "grid": "interfaces.coordinates",
    "clip_image_encoder": "metrics.clip_weights",
    "lpips_network": "metrics.lpips_network",
    "to_float": "interfaces.pixels",
    "to_uint8": "interfaces.pixels",
    "FeatureStatistics": "metrics.feature_statistics",
    "FrechetMetric": "metrics.frechet_metric",
    "frechet_distance": "metrics.frechet",
    "VideoModel": "model",
    "Video": "video",
    "find_videos": "video",
    "read_video": "video",
    "toy_videos": "video",
    "write_png": "video",
    "write_video": "video",
}
"""Where a public name is defined, if not in ``inrkit.interfaces``."""

__all__ = [
    "INR",
    "BadInput",
    "ClipBatch",
    "Dataset",
    "Decode",
    "Encoder",
    "FeatureStatistics",
    "FrechetMetric",
    "HyperNetwork",
    "Imported",
    "InrkitError",
    "Method",
    "Metric",
    "Observation",
    "ObservationTask",
    "Output",
    "PluginError",
    "Sample",
    "Sampler",
    "Shape",
    "Shapes",
    "Situation",
    "Spec",
    "Task",
    "TaskResult",
    "Tensors",
    "Unit",
    "Video",
    "VideoModel",
    "clip_image_encoder",
    "coarsest",
    "contact_sheet",
    "declare",
    "evaluate",
    "find_videos",
    "fit",
    "frechet_distance",
    "grid",
    "hookimpl",
    "interpolate",
    "load",
    "lpips_network",
    "per_clip",
    "plugins",
    "read_video",
    "sample",
    "to_float",
    "to_uint8",
    "toy_videos",
    "train",
    "write_png",
    "write_video",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'inrkit' has no attribute {name!r}")
    home = _HOMES.get(name, "interfaces")
    value = getattr(import_module(f"inrkit.{home}"), name) if home else import_module(f"inrkit.{name}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
