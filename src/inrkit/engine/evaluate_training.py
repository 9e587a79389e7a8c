"""A small evaluation now and then while a run is trained: of few clips, in bounded memory, without a trace in it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import chain
from typing import Any

import torch

from inrkit.engine.data import Clips, spread
from inrkit.engine.evaluate_metrics import Choice, PairPanel, build_once, find_metrics
from inrkit.engine.evaluate_pairs import no_space, rendered_pairs
from inrkit.engine.evaluate_statistics import bounded
from inrkit.engine.fit import fit
from inrkit.engine.options import TrainOptions
from inrkit.engine.plan import Plan, resolve_device
from inrkit.engine.reporter import Reporter
from inrkit.engine.team import Team
from inrkit.errors import BadInput
from inrkit.interfaces import ClipBatch, Tensors
from inrkit.interfaces.pixels import to_uint8
from inrkit.interfaces.seeds import seed_of
from inrkit.model import VideoModel

FIT_STEPS, FIT_POINTS = 100, 2048
"""The fit of a held-out clip: half as long as that at the end of a training."""


class Evaluations:
    """What `train.eval_every` asks for.

    Raises:
        BadInput: A metric is unknown, lacks something, or compares sets.
    """

    def __init__(self, plan: Plan, reporter: Reporter, team: Team | None = None) -> None:
        self._plan, self._reporter, self._team = plan, reporter, team or Team()
        self._options = plan.config.train
        self._batch = self._options.eval_batch
        self._metrics: list[Choice] = []
        if self._options.eval_every:
            self._metrics = _metrics(self._options)
            self._device = torch.device(resolve_device(self._options.metrics_device or plan.config.device))

    def due(self, step: int) -> bool:
        """Whether one is asked for after this step, and there is memory for it."""
        every = self._options.eval_every
        return bool(every and self._batch and step and step % every == 0)

    def run(self, model: VideoModel, latents: Tensors, codes: Tensors, step: int, clips: int) -> dict[str, Any] | None:
        """Measure the model as it is after `step`; None if even one clip is too much for the memory.

        Args:
            model: In training mode; it is left as it was.
            latents, codes: Of the training clips.
            clips: Of the training clips the first so many are trained on by now.

        Returns:
            ``step``, ``seconds``, and for each side ("training", "held-out") name to mean over clips.
        """
        started = time.perf_counter()
        devices = [model.device] if model.device.type == "cuda" else []
        model.eval()
        model.latents, model.codes = latents, codes
        try:
            with torch.random.fork_rng(devices=devices):
                own = self._bounded(model, clips)
        finally:
            model.latents, model.codes = {}, {}
            model.train()
        if own is None:
            self._reporter.warn("there is not enough memory for evaluations: the training goes on without them")
        if self._team.any(1 if own is None else None) or own is None:
            self._batch = 0
            return None
        sides = {side: _means(self._team.joined(values)) for side, values in own.items()}
        return {"step": step, "seconds": round(time.perf_counter() - started, 3), **sides}

    def _bounded(self, model: VideoModel, clips: int) -> dict[str, Tensors] | None:
        """What this process measures, with as many clips at once as there is memory for: half as many if not."""
        while self._batch:
            try:
                return self._sides(model, clips)
            except torch.OutOfMemoryError:
                self._batch //= 2
                torch.cuda.empty_cache()
        return None

    def _sides(self, model: VideoModel, clips: int) -> dict[str, Tensors]:
        sides: dict[str, Tensors] = {}
        if model.latents:
            rows = spread(range(clips), self._options.eval_clips)
            sides["training"] = self._reconstructed(model, rows)
        if len(self._plan.held_out) and not no_space(model):
            rows = spread(range(len(self._plan.held_out)), self._options.eval_clips)
            sides["held-out"] = self._found(model, self._plan.held_out, rows)
        return sides

    def _reconstructed(self, model: VideoModel, rows: Sequence[int]) -> Tensors:
        rows = rows[self._team.part(len(rows))]
        panel = PairPanel(self._metrics, self._device)
        latents = {name: values[torch.tensor(rows, device=values.device)] for name, values in model.latents.items()}
        for rendered, truth in rendered_pairs(model, latents, self._plan.train, rows, self._batch):
            panel.update(rendered, truth)
        return _per_clip(panel, len(rows))

    def _found(self, model: VideoModel, clips: Clips, rows: Sequence[int]) -> Tensors:
        groups = torch.tensor(rows).split(self._options.eval_batch)  # the same, however many processes share them
        own = groups[self._team.part(len(groups))]
        panel = PairPanel(self._metrics, self._device)
        for part in chain.from_iterable(group.split(self._batch) for group in own):
            seed = seed_of(self._plan.config.seed, "evaluation", int(part[0]))
            batch = ClipBatch(clips.read(part), seed=seed, device=model.device)
            latents = fit(model, batch, steps=FIT_STEPS, amount=FIT_POINTS)
            panel.update(to_uint8(model.render(latents, clips.shape)), clips.read(part))
        return _per_clip(panel, sum(map(len, own)))


def _metrics(options: TrainOptions) -> list[Choice]:
    from inrkit.discovery import load_registry

    names = [name.strip() for name in options.eval_metrics.split(",") if name.strip()]
    found, _ = find_metrics(names)
    for name, cls in found.items():
        if not cls.paired:
            raise BadInput(
                f"train.eval_metrics: {name} compares sets of videos, not pairs",
                "Measure it after the training: inrkit evaluate RUN --all-checkpoints.",
            )
    settled = {name: load_registry().options("metric", name)() for name in found}
    return build_once(Choice(name, cls, settled[name], asked=True) for name, cls in found.items())[0]


def _per_clip(panel: PairPanel, clips: int) -> Tensors:
    """Name to (clips,); a number of all stands for each."""
    values = panel.values(clips) if clips else {}
    return {name: bounded(value.double().cpu()).expand(clips) for name, value in values.items()}


def _means(values: Tensors) -> dict[str, float]:
    return {name: round(float(value.nanmean()), 4) for name, value in values.items()}
