"""Latents that explain what was seen: the one move behind every downstream task."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from inrkit.engine.latents import has_features
from inrkit.interfaces import ClipBatch, Tensors, coarsest, per_clip
from inrkit.model import VideoModel

Loss = Callable[[Tensor, Tensor], Tensor]


def squared_error(seen: Tensor, target: Tensor) -> Tensor:
    """Per clip, (B, ...) twice -> (B,)."""
    return per_clip((seen - target).square())


def fit(
    model: VideoModel,
    clips: ClipBatch,
    *,
    steps: int = 200,
    lr: float | None = None,
    amount: int | None = None,
    loss: Loss = squared_error,
    prior: Callable[[Tensors], Tensor] | None = None,
) -> Tensors:
    """Find the latents whose videos look like what was seen of `clips`. The model itself does not change.

    Starts at the encoder's answer, given what was seen and the mean of the training codes, then Adam on the latents
    alone with a cosine schedule; each clip keeps the best it passed through. Hidden pixels are never read. Knows
    nothing of the encoder but what its ``forward`` returns.

    Args:
        model: Trained; it is used in eval mode.
        clips: What was seen of B clips, which the model need not know.
        steps: Of Adam, at least 0.
        lr: The first step's learning rate; None: a fifth of the spread of the training latents.
        amount: Pixels of each clip compared in a step; None: all that was seen.
        loss: (seen, target) -> (B,).
        prior: latents -> (B,), added to the loss.

    Returns:
        Latents, name to (B, *shape), without gradients.
    """
    training = model.training
    model.eval()
    try:
        return _fit(model, clips, steps, lr, amount, loss, prior)
    finally:
        model.train(training)


def _fit(
    model: VideoModel,
    clips: ClipBatch,
    steps: int,
    lr: float | None,
    amount: int | None,
    loss: Loss,
    prior: Callable[[Tensors], Tensor] | None,
) -> Tensors:
    latents = {name: value.clone().requires_grad_() for name, value in start(model, clips).items()}
    if not latents:
        return {}
    best = {name: value.detach().clone() for name, value in latents.items()}
    lowest = torch.full((len(clips),), math.inf, device=clips.device)
    values = list(latents.values())
    groups = [{"params": [value], "lr": lr or _spread(model, name)} for name, value in latents.items()]
    optimizer = torch.optim.Adam(groups)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda i: 0.5 * (1 + math.cos(math.pi * i / (steps + 1))))
    for step in range(steps + 1):
        sample = clips.sample(coarsest("point", model.inr.unit), amount)
        with torch.enable_grad():
            each = loss(sample.see(model.decode(latents, sample.coords)), sample.target) / sample.share
            each = each + prior(latents) if prior else each
            gradients = torch.autograd.grad(each.sum(), values)
        with torch.no_grad():
            better = each < lowest
            lowest = torch.where(better, each, lowest)
            for name, value in latents.items():
                best[name][better] = value[better]
        if step == steps:
            break
        for value, gradient in zip(values, gradients, strict=True):
            value.grad = gradient
        optimizer.step()
        schedule.step()
    return best if amount is None else {name: value.detach() for name, value in latents.items()}


@torch.no_grad()
def start(model: VideoModel, clips: ClipBatch) -> Tensors:
    """The encoder's answer for clips it was never trained on."""
    clips.codes = {
        name: rows.mean(0, keepdim=True).expand(len(clips), *rows.shape[1:]).to(clips.device)
        for name, rows in model.codes.items()
    }
    if not clips.features:
        clips.features = model.encoder.features(clips.frames) if has_features(model.encoder) else {}
    return {name: value.detach() for name, value in model.encoder(clips, model.decode).items()}


def _spread(model: VideoModel, name: str) -> float:
    """A fifth of the standard deviation of the training latents, or 0.02 where they are not known."""
    known = model.latents.get(name)
    if known is None or len(known) < 2:
        return 0.02
    return 0.2 * float(known.flatten(1).std(0).mean().clamp_min(1e-4))
