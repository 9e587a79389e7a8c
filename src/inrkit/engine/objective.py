"""What is asked of latents: that their videos look like what was seen, and some that they be plausible."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

import inrkit.model
from inrkit.engine.fit_options import FitOptions
from inrkit.interfaces import ClipBatch, Sample, Tensors, coarsest, per_clip
from inrkit.model import VideoModel

Loss = Callable[[Tensor, Tensor], Tensor]
"""(seen, target) -> (B,)."""

LEAST = 2048
"""Pixels of each clip compared in a step, at least, where that many were seen."""


def squared_error(seen: Tensor, target: Tensor) -> Tensor:
    """Per clip, (B, ...) twice -> (B,)."""
    return per_clip((seen - target).square())


class Seen:
    """What was seen of some clips, and how far weights are from explaining it.

    Args:
        clips: B clips.
        amount: Pixels of each clip compared at a time; None: all that was seen.
        loss: (seen, target) -> (B,); a mean over all values, of which it is told only those that were seen.
    """

    def __init__(self, model: VideoModel, clips: ClipBatch, loss: Loss, amount: int | None = None) -> None:
        self.model, self.clips, self.loss, self.amount = model, clips, loss, amount

    @cached_property
    def everything(self) -> Sample:
        """All that was seen."""
        return self.clips.sample(coarsest("point", self.model.inr.unit))

    def some(self, amount: int) -> Sample:
        """About `amount` pixels of it, others each time."""
        return self.clips.sample(coarsest("point", self.model.inr.unit), amount)

    def error(self, weights: Tensors, sample: Sample | None = None) -> Tensor:
        """(B,): the loss of weights, name to (B, ...); divided by the share seen, so the same for every mask."""
        sample = sample or (self.everything if self.amount is None else self.some(self.amount))
        return self.compare(in_pieces(self.model, sample.coords, weights, len(self.clips)), sample)

    def compare(self, rgb: Tensor, sample: Sample) -> Tensor:
        """(B,): the loss of rgb at the places of `sample`."""
        return self.loss(sample.see(rgb), sample.target) / sample.share


def count_seen(sample: Sample) -> int:
    """Pixels that were seen, of the clip of which least was."""
    places = sample.coords[0].numel() // 3
    return max(1, round(places * float(sample.share.min())))


def amount_of(sample: Sample, options: FitOptions) -> int | None:
    """Pixels to compare in a step of a sample of everything; None for all."""
    seen = count_seen(sample)
    amount = max(min(seen, LEAST), round(options.points * seen))
    return None if amount >= seen else amount


def in_pieces(model: VideoModel, coords: Tensor, weights: Tensors, count: int) -> Tensor:
    """``model.evaluate``, its memory bounded: where it is much, each piece is computed anew for its gradient."""
    axis = 1  # points, or frames
    size = coords[0].numel() // 3 // coords.shape[axis]
    most = max(1, inrkit.model.PIECE // max(1, count * size))
    if coords.shape[axis] <= most or model.inr.unit == "clip":
        return model.evaluate(coords, weights, count)
    pieces = [_anew(model, piece, weights, count) for piece in coords.split(most, axis)]
    return torch.cat(pieces, axis)


def _anew(model: VideoModel, coords: Tensor, weights: Tensors, count: int) -> Tensor:
    rgb: Tensor = checkpoint(model.evaluate, coords, weights, count, use_reentrant=False)
    return rgb
