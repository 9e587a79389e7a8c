"""Latents that explain what was seen: the one move behind every downstream task."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor

from inrkit.engine.descend import descend
from inrkit.engine.fit_options import FitOptions
from inrkit.engine.objective import Loss, Seen, amount_of, squared_error
from inrkit.engine.perceptual import Perceptual
from inrkit.engine.priors import far_from_training, rate, unlike_neighbours
from inrkit.engine.refine import refine
from inrkit.engine.starts import Candidate, choose_starts, start
from inrkit.interfaces import ClipBatch, Method, Shape, Tensors
from inrkit.model import VideoModel


@dataclass
class Found:
    """What was found for B clips.

    Attributes:
        latents: Name to (B, *shape), without gradients.
        error: (B,) the loss on all that was seen, of what :func:`render_found` shows.
        start: Where the best search of each clip began.
        steps: Taken by the longest search.
        weights: Name to (B, *shape), the weights made of the latents and then refined; None where they were not.
    """

    latents: Tensors
    error: Tensor
    start: list[str]
    steps: int
    weights: Tensors | None = None


def find(
    model: VideoModel,
    clips: ClipBatch,
    options: FitOptions | None = None,
    *,
    loss: Loss = squared_error,
    neighbours: Tensor | None = None,
    method: Method | None = None,
    seed: int = 0,
) -> Found:
    """Search for the latents whose videos look like what was seen of `clips`. The model itself does not change.

    Args:
        model: Trained; it is used in eval mode.
        clips: What was seen of B clips, which the model need not know.
        options: How; None for the defaults.
        loss: (seen, target) -> (B,).
        neighbours: (P, 2) int64, clips of the batch whose latents should be near, as `options.smooth` weighs.
        method: Whose loss of whole frames `options.perceptual` weighs; None: that of the model's run.
        seed: Of every random number but the pixels of each step, which `clips` draws.

    Raises:
        BadInput: A perceptual term is asked for, and the method or what was seen has none.
    """
    options = options or FitOptions()
    with _evaluating(model), torch.no_grad():
        seen = Seen(model, clips, loss)
        starts = choose_starts(seen, options, seed)
        if not starts[0][1]:
            return Found({}, seen.error(model.hypernetwork({}), seen.everything), starts[0][0], 0)
        search = _Search(seen, options, neighbours, method)
        found = search.follow(starts)
        return refine(seen, found, options) if options.refine else found


class _Search:
    """From each of some starts, down to the best that can be found there."""

    def __init__(
        self, seen: Seen, options: FitOptions, neighbours: Tensor | None, method: Method | None = None
    ) -> None:
        self.options, self.neighbours, self.model = options, neighbours, seen.model
        self.all = seen
        self.step = Seen(seen.model, seen.clips, seen.loss, amount_of(seen.everything, options))
        self.rates = {name: options.lr or rate(seen.model, name) for name in seen.model.encoder.latents}
        self.perceptual = Perceptual(seen, method) if options.perceptual else None

    def cost(self, latents: Tensors) -> Tensor:
        weights = self.model.hypernetwork(latents)
        error = self.step.error(weights) + self.prior(latents)
        if self.perceptual:
            error = error + self.options.perceptual * self.perceptual.cost(latents, weights)
        return error

    def prior(self, latents: Tensors) -> Tensor:
        """(B,): all that is asked of latents besides explaining what was seen."""
        total = torch.zeros(len(self.all.clips), device=self.all.clips.device)
        if self.options.prior:
            total = total + self.options.prior * far_from_training(self.model, latents)
        if self.options.smooth and self.neighbours is not None and len(self.neighbours):
            total = total + self.options.smooth * unlike_neighbours(self.model, latents, self.neighbours)
        return total

    def judge(self, latents: Tensors) -> tuple[Tensor, Tensor]:
        """(the loss on all that was seen, that and the priors), each (B,)."""
        error = self.all.error(self.model.hypernetwork(latents), self.all.everything)
        return error, error + self.prior(latents)

    def follow(self, starts: list[Candidate]) -> Found:
        """One search after another, so that memory does not grow with their number; each clip keeps its best."""
        names, best = starts[0]
        best, names, longest = dict(best), list(names), 0
        error, lowest = self.judge(best)
        if self.perceptual:  # pixels alone cannot say that the start was better than an end
            lowest = torch.full_like(lowest, math.inf)
        for origin, begin in starts:
            end, steps = descend(
                begin,
                self.cost,
                self.rates,
                steps=self.options.steps,
                patience=self.options.patience,
                cosine=self.options.schedule == "cosine",
                exact=self.step.amount is None and self.perceptual is None,
            )
            longest = max(longest, steps)
            each, total = self.judge(end)
            better = (total < lowest) | lowest.isnan()
            error, lowest = torch.where(better, each, error), torch.where(better, total, lowest)
            names = [new if flag else old for new, old, flag in zip(origin, names, better.tolist(), strict=True)]
            best = {name: _where(better, end[name], best[name]) for name in best}
        return Found(best, error, names, longest)


def _where(better: Tensor, new: Tensor, old: Tensor) -> Tensor:
    return torch.where(better.view(-1, *[1] * (new.ndim - 1)), new, old)


def render_found(model: VideoModel, found: Found, shape: Shape) -> Tensor:
    """The videos of what was found, at any size and rate: (B, T, H, W, 3) float32, nominally in [-1, 1].

    Args:
        model: What it was found in.
        found: From :func:`find`; its refined weights are shown, where there are any.
        shape: (T, H, W) wanted.
    """
    if found.weights is not None:
        return model.render_weights(found.weights, shape, len(found.start))
    return model.render(found.latents, shape).expand(len(found.start), *shape, 3)


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
    """The simple form of :func:`find`: one search from the encoder's answer, with a loss and a prior of one's own.

    Args:
        model: Trained; it is used in eval mode, and does not change.
        clips: What was seen of B clips, which the model need not know. Hidden pixels are never read.
        steps: Of Adam, at least 0.
        lr: The first step's learning rate; None: a fifth of the spread of the training latents.
        amount: Pixels of each clip compared in a step; None: all that was seen, and each clip keeps the best latents
            that it passed through.
        loss: (seen, target) -> (B,).
        prior: latents -> (B,), added to the loss.

    Returns:
        Latents, name to (B, *shape), without gradients.
    """

    def cost(latents: Tensors) -> Tensor:
        error = seen.error(model.hypernetwork(latents))
        return error + prior(latents) if prior else error

    with _evaluating(model):
        seen = Seen(model, clips, loss, amount)
        begin = start(model, clips)
        rates = {name: lr or rate(model, name) for name in begin}
        return descend(begin, cost, rates, steps=steps, exact=amount is None)[0] if begin else {}


@contextmanager
def _evaluating(model: VideoModel) -> Iterator[None]:
    training = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(training)
