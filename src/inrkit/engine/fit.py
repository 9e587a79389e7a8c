"""Latents that explain what was seen: the one move behind every downstream task."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from inrkit.engine.descend import Advance, descend
from inrkit.engine.fit_options import FitOptions
from inrkit.engine.objective import Loss, Seen, squared_error
from inrkit.engine.priors import rate
from inrkit.engine.refine import refine
from inrkit.engine.search import Found, Search
from inrkit.engine.starts import choose_starts, start
from inrkit.interfaces import ClipBatch, Method, Shape, Tensors
from inrkit.model import VideoModel

__all__ = ["Found", "find", "fit", "render_found", "squared_error", "start"]


def find(
    model: VideoModel,
    clips: ClipBatch,
    options: FitOptions | None = None,
    *,
    loss: Loss = squared_error,
    neighbours: Tensor | None = None,
    before: Tensors | None = None,
    method: Method | None = None,
    seed: int = 0,
    advance: Advance | None = None,
) -> Found:
    """Search for the latents whose videos look like what was seen of `clips`. The model itself does not change.

    Args:
        model: Trained; it is used in eval mode.
        clips: What was seen of B clips, which the model need not know.
        options: How; None for the defaults.
        loss: (seen, target) -> (B,).
        neighbours: (P, 2) int64, clips of the batch whose latents should be near, as `options.smooth` weighs.
            Clip B, one more than there are, is `before`.
        before: Name to (1, *shape), latents that were found already and do not move.
        method: Whose loss of whole frames `options.perceptual` weighs; None: that of the model's run.
        seed: Of every random number but the pixels of each step, which `clips` draws.
        advance: Told of the steps, which are ``options.all_steps`` in all.

    Raises:
        BadInput: A perceptual term is asked for, and the method or what was seen has none.
    """
    options = options or FitOptions()
    with _evaluating(model), torch.no_grad():
        seen = Seen(model, clips, loss)
        starts = choose_starts(seen, options, seed)
        if not starts[0][1]:
            return Found({}, seen.error(model.hypernetwork({}), seen.everything), starts[0][0], 0)
        search = Search(seen, options, neighbours, before, method, advance)
        found = search.follow(starts)
        return refine(seen, found, options, advance) if options.refine else found


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
