"""An observation task with all its settings, and what it sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from pydantic import ValidationError
from torch import Tensor

from inrkit.engine.fit_options import FitOptions
from inrkit.errors import BadInput, PluginError
from inrkit.interfaces import Observation, ObservationTask
from inrkit.interfaces.seeds import generator
from inrkit.interfaces.types import Shape
from inrkit.model import VideoModel

PAPER = FitOptions(
    start="random", restarts=1, steps=1000, lr=1e-4, schedule="constant", points=1.0, patience=0, prior=0, smooth=0
)
"""The published way to fit: one code from N(0, 0.01), plain MSE on all that was seen. Its number of steps and its
learning rate are not known: 1,000 is a choice, 1e-4 what its code has as default; 1e-2 is reported beside it."""

DIRECT = FitOptions(start="encoder", steps=6000, lr=7e-3, points=1e-6, patience=0)
"""How a network of its own is fitted to each clip: in each step as few pixels as a fit ever takes."""

PAPER_ALSO = PAPER.model_copy(update={"lr": 1e-2})


@dataclass(frozen=True)
class Job:
    """What is to be done to each video.

    Attributes:
        name: Of the command.
        task, options: The task and its validated options.
        model: In eval mode, with the latents and the config of its run.
        fit: How latents are found.
        also: Another way, whose scores are reported beside.
        direct: Whether the latents are the weights of networks of their own, so that no run knows any other.
    """

    name: str
    task: ObservationTask
    options: object
    model: VideoModel
    fit: FitOptions
    seed: int = 0
    also: FitOptions | None = None
    direct: bool = False

    @property
    def others(self) -> dict[str, FitOptions]:
        """Name to each other way to fit, whose scores are reported beside."""
        known = {} if self.direct else {"nearest": FitOptions(start="nearest", steps=0)}
        return known | ({"also": self.also} if self.also else {})

    @property
    def network(self) -> dict[str, Any]:
        """What the record says of a network of its own."""
        config = self.model.config
        return {"inr": config.inr.model_dump(mode="json")} if self.direct and config else {}

    @property
    def clip_shape(self) -> Shape:
        """(T, H, W) of the run's clips."""
        assert self.model.config is not None
        return self.model.config.data.clip_shape

    @property
    def hides_frames(self) -> bool:
        """Whether some frame is hidden whole, so that a window of a longer video might see nothing."""
        mask = self.observation().mask
        return self.task.hides_frames and mask is not None and not bool(mask.flatten(1).any(1).all())

    def settled(self, options: object) -> Job:
        """The same, with the options that were settled for a video."""
        return replace(self, options=options)

    def observation(self) -> Observation:
        """What is seen of a clip; the same at every call.

        Raises:
            BadInput: Nothing is, or the options ask for what a clip does not have.
            PluginError: The task gives something else.
        """
        try:
            seen = self.task.observe(self.clip_shape, self.options, generator(self.seed, "observe"))
        except ValueError as error:
            hint = "Let more be seen, or report it to the author of the task."
            raise BadInput(f"{self.name} cannot be done: {error}", hint) from error
        if not isinstance(seen, Observation):
            raise PluginError(
                f"{self.name} observes {type(seen).__name__}, which is no Observation", "Report this to its author."
            )
        if seen.mask is not None and tuple(seen.mask.shape) != self.clip_shape:
            raise BadInput(
                f"{self.name} sees clips of {tuple(seen.mask.shape)}, those of the run are {self.clip_shape}",
                "Report this to the author of the task.",
            )
        if seen.mask is not None:
            seen.mask = seen.mask.to(self.model.device)
        return seen

    def pattern(self, frames: int) -> Tensor | None:
        """bool (frames, H, W), what is seen of a video of that many frames; None: everything."""
        mask = self.observation().mask
        return None if mask is None else mask.cpu()[torch.arange(frames) % len(mask)]


def fit_of(name: str, task: type[ObservationTask]) -> FitOptions:
    """How latents are found for a task, unless it is said otherwise.

    Raises:
        PluginError: Its defaults are refused.
    """
    try:
        return FitOptions(**task.fit_defaults)
    except ValidationError as error:
        wrong = ", ".join(str(each["loc"][0]) for each in error.errors())
        raise PluginError(
            f"{name} has defaults of the fit that are refused: {wrong}", "Report this to its author."
        ) from error


def in_windows(observation: Observation, starts: Sequence[int]) -> Observation:
    """The observation of windows that begin at frames `starts`: what two of them share is seen in both or in neither.

    The pattern of one clip is repeated along time, and each window sees its part. Without a mask nothing changes.
    """
    mask = observation.mask
    if mask is not None:
        turned = torch.stack([mask.roll(-start, 0) for start in starts])
        if not (turned == mask).all():
            observation.mask = turned
    return observation
