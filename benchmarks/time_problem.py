"""What is to be learned: clips to train on, clips held out, and the floors that need no model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pca import pca_psnr
from torch import Tensor

from inrkit.engine.data import Clips, spread
from inrkit.engine.plan import Plan, Request, make_plan
from inrkit.engine.reporter import Reporter
from inrkit.metrics.psnr import psnr, static_floor

FRAMES = 25
HELD_OUT = 16
"""Clips of each held-out side, at most: one batch of an inversion."""

PCA_SHARE = 4
"""PCA has at most a quarter as many components as there are clips: with more it remembers them, and is no floor."""


@dataclass(frozen=True)
class Problem:
    """A set of videos at one size, and the time there is.

    Attributes:
        source: A folder of videos; None: the toy videos.
        clips: To train on.
        seconds: Of training.
        options: Of inrkit, for the data.
        people: Whether whole videos are held out beside clips of the trained ones.
    """

    name: str
    title: str
    source: Path | None
    size: int
    clips: int
    seconds: float
    options: Mapping[str, Any] = field(default_factory=dict)
    people: bool = False

    def plan(self, plugin: str, preset: str, layers: Mapping[str, Any]) -> Plan:
        """A training of `plugin` on the clips of this problem, whatever their split would have been."""
        data = {"data.frames": FRAMES, "data.size": (self.size, self.size), **self.options}
        request = Request(
            plugin=plugin,
            source=str(self.source) if self.source else None,
            preset=preset,
            device="cpu",
            layers=(data, layers),
        )
        plan = make_plan(request, Reporter())
        train = _part(plan.train, spread(range(len(plan.train)), self.clips))
        data_config = plan.config.data.model_copy(update={"clips": train.names})
        return replace(plan, train=train, config=plan.config.model_copy(update={"data": data_config}))

    def sides(self, plan: Plan) -> dict[str, Tensor]:
        """uint8 (N, T, H, W, 3) of "train", of "clips" beside them, and of "people" that are in none of them."""
        trained = set(plan.train.rows)
        beside = [row for row in range(len(plan.train.store)) if row not in trained | set(plan.held_out.rows)]
        found = {"train": plan.train.read(range(len(plan.train)))}
        if self.people:
            beside = [row for row in beside if row < min(plan.held_out.rows)]
        elif not beside:  # whole videos of a clip each: those that were held out are the clips beside the trained ones
            beside = plan.held_out.rows
        store = plan.train.store if beside is not plan.held_out.rows else plan.held_out.store
        found["clips"] = store.read(spread(beside, HELD_OUT))
        if self.people:
            found["people"] = plan.held_out.read(range(len(plan.held_out)))[:HELD_OUT]
        return found


def _part(clips: Clips, rows: list[int]) -> Clips:
    return Clips(clips.store, [clips.rows[i] for i in rows], [clips.names[i] for i in rows])


def floors(sides: Mapping[str, Tensor], numbers: int) -> dict[str, Any]:
    """What needs no training: the static frame, and PCA of the training clips with `numbers` components at most.

    Returns:
        {"static": side to dB, "pca": side to dB, "components": how many}.
    """
    components = min(numbers, len(sides["train"]) // PCA_SHARE)
    pca = {side: _mean(pca_psnr(sides["train"], clips, components)) for side, clips in sides.items()}
    static = {side: _mean(static_floor(clips)) for side, clips in sides.items()}
    return {"static": static, "pca": pca, "components": components}


def mean_psnr(rendered: Tensor, truth: Tensor) -> float:
    """Of uint8 clips, in dB, a mean over clips; one that is met exactly counts as 100 dB."""
    return _mean(psnr(rendered, truth))


def _mean(values: Tensor) -> float:
    return round(float(values.clamp(max=100).mean()), 2)
