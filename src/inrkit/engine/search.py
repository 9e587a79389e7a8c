"""The search for latents from given starts, and what it finds."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from inrkit.engine.descend import descend
from inrkit.engine.fit_options import FitOptions
from inrkit.engine.objective import Seen, amount_of
from inrkit.engine.perceptual import Perceptual
from inrkit.engine.priors import far_from_training, rate, unlike_neighbours
from inrkit.engine.starts import Candidate
from inrkit.interfaces import Method, Tensors


@dataclass
class Found:
    """What was found for B clips.

    Attributes:
        latents: Name to (B, *shape), without gradients.
        error: (B,) the loss on all that was seen, of what :func:`inrkit.engine.fit.render_found` shows.
        start: Where the best search of each clip began.
        steps: Taken by the longest search.
        weights: Name to (B, *shape), the weights made of the latents and then refined; None where they were not.
    """

    latents: Tensors
    error: Tensor
    start: list[str]
    steps: int
    weights: Tensors | None = None


class Search:
    """From each of some starts, down to the best that can be found there; what is asked for as in ``find``."""

    def __init__(
        self, seen: Seen, options: FitOptions, neighbours: Tensor | None, method: Method | None = None
    ) -> None:
        self.options, self.neighbours, self.model = options, neighbours, seen.model
        self.all = seen
        self.step = Seen(seen.model, seen.clips, seen.loss, amount_of(seen.everything, options))
        self.rates = {name: options.lr or rate(seen.model, name) for name in seen.model.encoder.latents}
        self.perceptual = Perceptual(seen, method) if options.perceptual else None

    def cost(self, latents: Tensors) -> Tensor:
        """(B,): what a step goes down, on some of what was seen."""
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

    def descend(self, begin: Tensors) -> tuple[Tensors, int]:
        """(where the search from `begin` ends, its steps)."""
        return descend(
            begin,
            self.cost,
            self.rates,
            steps=self.options.steps,
            patience=self.options.patience,
            cosine=self.options.schedule == "cosine",
            exact=self.step.amount is None and self.perceptual is None,
        )

    def follow(self, starts: list[Candidate]) -> Found:
        """One search after another, so that memory does not grow with their number; each clip keeps its best."""
        names, best = starts[0]
        best, names, longest = dict(best), list(names), 0
        error, lowest = self.judge(best)
        if self.perceptual:  # pixels alone cannot say that the start was better than an end
            lowest = torch.full_like(lowest, math.inf)
        for origin, begin in starts:
            end, steps = self.descend(begin)
            longest = max(longest, steps)
            each, total = self.judge(end)
            better = (total < lowest) | lowest.isnan()
            error, lowest = torch.where(better, each, error), torch.where(better, total, lowest)
            names = [new if flag else old for new, old, flag in zip(origin, names, better.tolist(), strict=True)]
            best = {name: _where(better, end[name], best[name]) for name in best}
        return Found(best, error, names, longest)


def _where(better: Tensor, new: Tensor, old: Tensor) -> Tensor:
    return torch.where(better.view(-1, *[1] * (new.ndim - 1)), new, old)
