"""How good a recovered video is, beside what needs no model, and beside what the run knew already."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import cast

import torch
from torch import Tensor

from inrkit.discovery import load_registry
from inrkit.errors import BadInput
from inrkit.interfaces import Metric

METRICS = ("psnr", "ssim")
"""Names of the metrics; those that cannot judge such frames, or lack an extra, are left out."""

Scores = dict[str, dict[str, float]]
"""Metric to part of the video ("all", "observed", "hidden") to its value."""


class Judge:
    """Every metric of a video that comes in pieces: on all pixels, and where some are hidden on both parts.

    Example::

        judge = Judge()
        for rendered, truth in pieces:
            judge.update(rendered, truth, None)
        judge.scores()["psnr"]["all"]
    """

    def __init__(self) -> None:
        self._metrics = _metrics()
        self._sums: dict[str, dict[str, list[float]]] = {}

    def update(self, rendered: Tensor, truth: Tensor, observed: Tensor | None) -> None:
        """Take in some frames.

        Args:
            rendered, truth: uint8 (T, H, W, 3).
            observed: bool (T, H, W); None: all of it.
        """
        masks = {"all": torch.ones(truth.shape[:3], dtype=torch.bool)}
        if observed is not None:
            masks |= {"observed": observed, "hidden": ~observed}
        weights = {part: int(mask.sum()) for part, mask in masks.items()}
        for metric in list(self._metrics):
            try:
                self._take(metric, rendered, truth, {part: masks[part] for part in masks if weights[part]})
            except BadInput:  # its extra is not installed, or the frames are too small for it
                self._metrics.remove(metric)

    def _take(self, metric: type[Metric], rendered: Tensor, truth: Tensor, masks: Mapping[str, Tensor]) -> None:
        for part, mask in masks.items():
            judge = metric()
            judge.update(rendered[None], truth[None], None if part == "all" else mask[None])
            for name, values in judge.compute().items():
                mean = self._sums.setdefault(name, {}).setdefault(part, [0.0, 0.0])
                value, count = float(values.reshape(-1)[0]), float(mask.sum())
                mean[0] += count * (10 ** (-value / 10) if name == "psnr" else value)
                mean[1] += count

    def scores(self) -> Scores:
        """The means over all pixels that came; of PSNR, of the error behind it."""
        means = {n: {part: total / count for part, (total, count) in sums.items()} for n, sums in self._sums.items()}
        return {n: {part: decibels(v) if n == "psnr" else v for part, v in parts.items()} for n, parts in means.items()}


def squared_error(rendered: Tensor, truth: Tensor, covered: Tensor) -> float:
    """The mean square of the differences of two frames, uint8 (H, W, 3), where `covered`, bool (H, W)."""
    return float((rendered.float() - truth.float()).square().mean(-1)[covered].mean()) / 255.0**2


def decibels(error: float) -> float:
    """PSNR of a mean square error, the peak being 1."""
    return -10 * math.log10(error) if error else math.inf


def verdict(scores: Mapping[str, Scores], static: float, baseline: str) -> tuple[str, bool]:
    """What the numbers mean, in plain words, and whether the result is below a still picture.

    Args:
        scores: "result", "baseline" and "nearest" to their scores.
        static: PSNR on all pixels of each window's mean frame held still.
        baseline: What the trivial answer is called.
    """
    own = scores["result"]["psnr"]
    part = "hidden" if "hidden" in own else "all"
    rivals = {baseline: scores["baseline"]}
    rivals |= {"the best training latent": scores["nearest"]} if "nearest" in scores else {}
    words = [_against(name, own[part], rival["psnr"][part]) for name, rival in rivals.items()]
    text = f"{own[part]:.1f} dB on {part} pixels: {', '.join(words)}"
    below = own["all"] < static
    if below:
        text += f"; on all pixels {own['all']:.1f} dB, below a still picture ({static:.1f} dB)"
    return text, below


def _against(name: str, own: float, other: float) -> str:
    if math.isinf(other):
        return f"{name} is exact there"
    if not math.isfinite(own):
        return f"{name} has {other:.1f} dB"
    word = "beats" if own > other else "does not beat"
    return f"{word} {name} ({other:.1f} dB, {own - other:+.1f})"


def _metrics() -> list[type[Metric]]:
    registry, found = load_registry(), []
    for name in METRICS:
        try:
            found.append(cast(type[Metric], registry.get("metric", name)))
        except BadInput:
            continue
    return found
