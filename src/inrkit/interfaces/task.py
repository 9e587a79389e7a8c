"""The task door: something to do with a trained space of videos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from inrkit.interfaces.observation import Observation
from inrkit.interfaces.types import Shape

if TYPE_CHECKING:
    from inrkit.model import VideoModel


@dataclass
class TaskResult:
    """What a task did.

    Attributes:
        record: Plain data for people and programs: settings, seed, seconds, numbers.
        files: What was written.
    """

    record: dict[str, Any] = field(default_factory=dict)
    files: Sequence[Path] = ()


class Task:
    """Something to do with a trained model.

    Example::

        class Describe(Task):
            def run(self, model, options):
                return TaskResult({"parameters": sum(p.numel() for p in model.parameters())})
    """

    def run(self, model: VideoModel | None, options: object) -> TaskResult:
        """Do it.

        Args:
            model: The trained model; None only if the task's declaration says ``needs_run=False``.
            options: The validated options.
        """
        raise NotImplementedError


class ObservationTask(Task):
    """A task that is wholly said by what it observes; the core fits, renders and scores.

    Example, the first frames are seen and the others predicted::

        class Prediction(ObservationTask):
            def observe(self, clip_shape, options, generator):
                mask = torch.zeros(clip_shape, dtype=torch.bool)
                mask[: options.observed] = True
                return Observation(mask)
    """

    def observe(self, clip_shape: Shape, options: object, generator: torch.Generator) -> Observation:
        """What is seen of a clip of (T, H, W); draw random numbers from `generator` only."""
        raise NotImplementedError
