"""Who learns it: the official training as re-expressed in official.py, or a method of inrkit. Both become a model."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from official import OfficialINRV, OfficialTraining, _encode
from time_problem import HELD_OUT, Problem
from torch import Tensor

from inrkit import INR, Encoder, HyperNetwork, Tensors
from inrkit.engine.plan import Plan
from inrkit.engine.reporter import Reporter
from inrkit.engine.runs import Run
from inrkit.engine.train import Trainer
from inrkit.engine.watch import Window
from inrkit.model import VideoModel

CODE = 64
FIRST, TRIED = 3, 8
"""Steps before, and steps while, the speed of a training is measured, from which follows how many it will have."""

NEVER = 10**6


class Clock:
    """Seconds of the wall or of the processor, which can be stopped while something is measured."""

    def __init__(self, processor: bool) -> None:
        self._now = (lambda: time.process_time() / torch.get_num_threads()) if processor else time.perf_counter
        self._spent, self._since = 0.0, self._now()

    def seconds(self) -> float:
        """While it ran."""
        return self._spent + self._now() - self._since

    def without(self, work: Callable[[], Any]) -> Any:
        """What `work` returns; its time does not count."""
        self._spent = self.seconds()
        result = work()
        self._since = self._now()
        return result


@dataclass(frozen=True)
class Side:
    """One of those that are compared.

    Attributes:
        plugin: A method of inrkit; None: the official training.
        held: How many clips of each held-out side it is asked to find; fewer where that takes minutes, and then by the
            first seed alone.
        seeds: Whether it is measured with every seed, or with the first alone.
        options: Beyond the preset.
    """

    name: str
    title: str
    plugin: str | None = None
    preset: str = "fast"
    held: int = HELD_OUT
    seeds: bool = True
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)


class Learner:
    """A training that goes on step by step, and the model it has by now."""

    def __init__(self, model: VideoModel, step: Callable[[], object], look: Callable[[], None], steps: int) -> None:
        self.model, self.step, self._look, self.steps = model, step, look, steps

    def look(self) -> VideoModel:
        """The model with the latents of now, for rendering."""
        self._look()
        self.model.eval()
        return self.model


def learner(side: Side, problem: Problem, plan: Plan, seed: int, processor: bool, folder: Path) -> Learner:
    """The training of `side`, which will take about the seconds that there are."""
    if side.plugin is None:
        torch.manual_seed(seed)
        return _official(plan)
    trial = _trainer(plan, seed, NEVER, folder)
    window = Window()
    for _ in range(FIRST):
        trial.one_step(window)
    clock = Clock(processor)
    for _ in range(TRIED):
        trial.one_step(window)
    steps = max(20, int(problem.seconds / (clock.seconds() / TRIED)))
    return _ours(_trainer(plan, seed, steps, folder), steps)


def _trainer(plan: Plan, seed: int, steps: int, folder: Path) -> Trainer:
    train = plan.config.train.model_copy(update={"steps": steps})
    config = plan.config.model_copy(update={"train": train, "seed": seed})
    trainer = Trainer(Plan(config, plan.method, plan.train, plan.held_out), Run(folder), Reporter())
    trainer.prepare()
    return trainer


def _ours(trainer: Trainer, steps: int) -> Learner:
    window = Window()

    def step() -> None:
        trainer.model.train()
        trainer.one_step(window)

    def look() -> None:
        from inrkit.engine.latents import training_latents

        trainer.model.codes = trainer.codes.rows
        trainer.model.latents = training_latents(trainer.model, trainer.plan.train, trainer.codes, trainer.features)

    return Learner(trainer.model, step, look, steps)


class _Code(Encoder):
    def __init__(self) -> None:
        super().__init__()
        self.latents = self.codes = {"z": (CODE,)}


class _Heads(HyperNetwork):
    """The official ten MLPs."""

    def __init__(self, official: OfficialINRV) -> None:
        super().__init__()
        self.heads = official.heads

    def forward(self, latents: Tensors) -> Tensors:
        return {str(i): head(latents["z"]) for i, head in enumerate(self.heads)}


class _Network(INR):
    """The official MLP of points."""

    def __init__(self, official: OfficialINRV) -> None:
        super().__init__()
        self.shapes = official.shapes

    def evaluate(self, coords: Tensor, weights: Tensors) -> Tensor:
        values = _encode(coords).expand(len(weights["0"]), -1, -1)
        for layer, (fan_out, fan_in) in enumerate(self.shapes):
            weight, bias = weights[str(2 * layer)].view(-1, fan_out, fan_in), weights[str(2 * layer + 1)]
            values = torch.baddbmm(bias[:, None], values, weight.transpose(1, 2))
            values = values.relu() if layer < len(self.shapes) - 1 else values
        return values


def _official(plan: Plan) -> Learner:
    training = OfficialTraining(plan.train.read(range(len(plan.train))), CODE, batch=2)
    model = VideoModel(_Code(), _Heads(training.model), _Network(training.model))

    def look() -> None:
        model.latents = {"z": training.model.codes.weight.detach()}

    return Learner(model, training.step, look, NEVER)
