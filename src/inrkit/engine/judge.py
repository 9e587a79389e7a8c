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


def score(rendered: Tensor, truth: Tensor, observed: Tensor | None) -> Scores:
    """Every metric on all pixels, and where some are hidden on both parts.

    Args:
        rendered, truth: uint8 (T, H, W, 3).
        observed: bool (T, H, W); None: all of it.
    """
    parts: dict[str, Tensor | None] = {"all": None}
    if observed is not None:
        parts |= {name: mask for name, mask in (("observed", observed), ("hidden", ~observed)) if mask.any()}
    scores: Scores = {}
    for metric in _metrics():
        for part, mask in parts.items():
            judge = metric()
            try:
                judge.update(rendered[None], truth[None], None if mask is None else mask[None])
            except BadInput:  # its extra is not installed, or the frames are too small for it
                break
            for name, values in judge.compute().items():
                scores.setdefault(name, {})[part] = float(values.reshape(-1)[0])
    return scores


def psnr_covered(rendered: Tensor, truth: Tensor, covered: Tensor) -> float:
    """PSNR in dB of uint8 (T, H, W, 3) where `covered`, bool (H, W); a frame at a time, for the input may be large."""
    errors = [
        (one.float() - other.float()).square().mean(-1)[covered].mean()
        for one, other in zip(rendered, truth, strict=True)
    ]
    error = float(torch.stack(errors).mean())
    return 10 * math.log10(255.0**2 / error) if error else math.inf


def verdict(scores: Mapping[str, Scores], static: float, baseline: str) -> tuple[str, bool]:
    """What the numbers mean, in plain words, and whether the result is below a still picture.

    Args:
        scores: "result", "baseline" and "nearest" to their scores.
        static: PSNR on all pixels of each window's mean frame held still.
        baseline: What the trivial answer is called.
    """
    own = scores["result"]["psnr"]
    part = "hidden" if "hidden" in own else "all"
    rivals = {baseline: scores["baseline"], "the best training latent": scores["nearest"]}
    words = [_against(name, own[part], rival["psnr"][part]) for name, rival in rivals.items()]
    text = f"{own[part]:.1f} dB on {part} pixels: {', '.join(words)}"
    below = own["all"] < static
    if below:
        text += f"; on all pixels {own['all']:.1f} dB, below a still picture ({static:.1f} dB)"
    return text, below


def _against(name: str, own: float, other: float) -> str:
    if not math.isfinite(other) or not math.isfinite(own):
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
