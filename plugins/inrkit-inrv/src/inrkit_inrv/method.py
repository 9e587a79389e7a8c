"""INR-V as a method: its loss and its presets."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from torch import Tensor

from inrkit import Method, Output, Situation, Tensors, per_clip
from inrkit_inrv.options import InrVOptions
from inrkit_inrv.perceptual import load_lpips
from inrkit_inrv.prior import WEIGHT, divergence


class InrV(Method):
    """An error of pixels plus a weighted LPIPS-VGG of whole frames, averaged over frames; and a prior, if any."""

    def __init__(self, config: InrVOptions) -> None:
        self._config = config
        self._lpips = load_lpips(config.lpips_weights) if config.lpips else None
        self.unit = "frame" if self._lpips else "point"

    @classmethod
    def preset(cls, name: str, situation: Situation) -> Mapping[str, Any]:
        """``paper``, ``fast`` or ``toy``."""
        return {"paper": paper, "fast": fast, "toy": toy}[name](situation)

    def loss(self, out: Output, target: Tensor) -> Tensors:
        """{"pixels": (B,)}, with LPIPS {"lpips": (B,)}, and with a prior {"prior": (B,)}."""
        terms = {"pixels": per_clip(pixel_error(self._config.loss, out.rgb, target))}
        if self._lpips:
            terms["lpips"] = self._config.lpips * self._lpips(out.rgb, target)
        if weight := self._prior(out):
            terms["prior"] = weight * divergence(out.codes, out.latents)
        return terms

    def _prior(self, out: Output) -> float:
        """Its weight. What is rendered without codes, as in a fit, has none unless it is asked for."""
        if self._config.prior is None:
            return WEIGHT if "log_var" in out.codes else 0.0
        return self._config.prior if out.latents else 0.0


def pixel_error(kind: str, rgb: Tensor, target: Tensor) -> Tensor:
    """The error of each value, of rgb's shape.

    "weighted-mse" is the official code's for Moving-MNIST: squared errors weighted 2 (black) to 4 (white), plus 1e-5.
    """
    if kind == "l1":
        return (rgb - target).abs()
    squared = (rgb - target).square()
    return squared if kind == "mse" else (target + 3) * squared + 1e-5


def paper(situation: Situation) -> dict[str, Any]:
    """The paper's values: everything at its default, and the official schedule of more and more videos.

    Without it, ``--progressive none``, there is its last stage alone: 100 epochs.
    """
    batch = 2
    return {
        "data.frames": 25,
        "data.size": (100, 100),
        "data.fit": "squash",
        "encoder.size": latent_size(situation),
        "train.batch": batch,
        "train.points": 1.0,
        "train.lr": 1e-4,
        "train.schedule": "constant",
        "train.warmup": 0,
        "train.progressive": "paper",
        "train.steps": 100 * math.ceil(max(1, situation.clips) / batch),
    }


def fast(situation: Situation) -> dict[str, Any]:
    """Sampled points, many clips a step, and a start at the INR's own initialisation."""
    pixels = math.prod(situation.clip_shape[1:]) if situation.clip_shape else 64 * 64
    return {
        "data.frames": 25,
        "data.size": (64, 64),
        "method.loss": "mse",
        "method.lpips": 0.0,
        "encoder.size": latent_size(situation),
        "hypernetwork.init": "inr",
        "inr.width": inr_width(pixels, situation.device),
        **octaves(situation),
        "train.batch": 32,
        "train.points": min(1.0, max(0.005, 1000 / (25 * pixels))),
        "train.lr": 4e-3,
        "train.steps": 4000,
    }


def toy(situation: Situation) -> dict[str, Any]:
    """For the generated videos: about five minutes on two cores."""
    return fast(situation) | {"data.size": (32, 32), "train.points": 0.03, "train.steps": 5000}


def latent_size(situation: Situation) -> int:
    """64 numbers below 2,000 clips, 128 from there (README of the official code)."""
    return 64 if situation.clips < 2000 else 128


def inr_width(pixels: int, device: str) -> int:
    """64, 128 or 256 units, by how many pixels a frame has and whether there is an accelerator."""
    step = (pixels > 64 * 64) + (pixels > 128 * 128) + (device != "cpu")
    return (64, 128, 256)[min(step, 2)]


def octaves(situation: Situation) -> dict[str, int]:
    """The octaves below the Nyquist frequency of the training grid, on each axis.

    Above it a wave looks slow on the grid and is fast between its points, so that nothing holds the video there: with
    two octaves more, toy videos rendered between their pixels fall from 28 dB to 18 dB. The official ten go far above.
    """
    frames, height, width = situation.clip_shape or (25, 64, 64)
    return {"inr.time_frequencies": _below_nyquist(frames), "inr.frequencies": _below_nyquist(max(height, width))}


def _below_nyquist(samples: int) -> int:
    """How many of the waves sin(2^i pi c) move by half a turn at most from one of `samples` in [-1, 1] to the next."""
    return max(0, math.floor(math.log2((samples - 1) / 2)) + 1) if samples > 2 else 0
