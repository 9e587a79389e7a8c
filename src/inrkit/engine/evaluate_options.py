"""What `inrkit evaluate` is asked for. Imported for help, so nothing heavy here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field, PositiveInt

from inrkit.engine.options import Strict

METRICS = ("psnr", "ssim", "static-gain", "temporal", "nearest", "diversity")
"""Measured where none are named, as far as they are installed: those that need no file of weights."""

SAMPLERS = ("slerp", "gaussian", "gmm")

CLIPS, TASK_CLIPS = 256, 8
"""Clips of each side that are measured, and that tasks are done with, where it is not said."""


class EvaluateOptions(Strict):
    """What to measure of a run, and how.

    Attributes:
        metrics, samplers: Names; None for the usual ones.
        tasks: Names of observation tasks.
        clips: Most clips of each side; None: :data:`CLIPS`, and :data:`TASK_CLIPS` for tasks.
        size: (height, width) to measure at, where it is not that of the run.
        real: Real videos that samples are compared with, beside the training clips; None: the held-out clips.
        set: ``"metric.option"``, ``"task.option"``, ``"sampler.option"`` or ``"fit.option"`` to value.
    """

    metrics: list[str] | None = None
    samplers: list[str] | None = None
    samples: int = Field(2048, ge=1, le=1_000_000, description="videos drawn from each sampler")
    tasks: list[str] = Field(default_factory=list)
    held_out: Path | None = None
    real: Path | None = None
    clips: int | None = Field(None, ge=1)
    size: tuple[PositiveInt, PositiveInt] | None = None
    paper: bool = False
    seed: int = Field(0, ge=0)
    batch: int = Field(8, ge=1, description="videos held in memory at once")
    metrics_device: str | None = None
    detector: Path | None = None
    allow_torchscript: bool = False
    set: dict[str, Any] = Field(default_factory=dict)
