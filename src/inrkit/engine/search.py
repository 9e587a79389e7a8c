"""The search for latents from given starts, and what it finds."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from inrkit.engine.descend import Advance, descend
from inrkit.engine.fit_options import FitOptions
from inrkit.engine.objective import Seen, amount_of
from inrkit.engine.perceptual import Perceptual
from inrkit.engine.priors import Around, rate, unlike_neighbours
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
        self,
        seen: Seen,
        options: FitOptions,
        neighbours: Tensor | None,
        before: Tensors | None = None,
        method: Method | None = None,
        advance: Advance | None = None,
    ) -> None:
        self.options, self.neighbours, self.before, self.model = options, neighbours, before or {}, seen.model
        self.advance = advance
        self.all = seen
        self.step = Seen(seen.model, seen.clips, seen.loss, amount_of(seen.everything, options))
        self.rates = {name: options.lr or rate(seen.model, name) for name in seen.model.encoder.latents}
        self.perceptual = Perceptual(seen, method) if options.perceptual else None

    def cost(self, latents: Tensors, around: Around) -> Tensor:
        """(B,): what a step goes down, on some of what was seen."""
        weights = self.model.hypernetwork(latents)
        error = self.step.error(weights) + self.prior(latents, around)
        if self.perceptual:
            error = error + self.options.perceptual * self.perceptual.cost(latents, weights)
        return error

    def prior(self, latents: Tensors, around: Around) -> Tensor:
        """(B,): all that is asked of latents besides explaining what was seen."""
        total = torch.zeros(len(self.all.clips), device=self.all.clips.device)
        if self.options.prior:
            total = total + self.options.prior * around.cost(latents)
        if self.options.smooth and self.neighbours is not None and len(self.neighbours):
            chain = {name: torch.cat([value, *self._before(name)]) for name, value in latents.items()}
            apart = unlike_neighbours(self.model, chain, self.neighbours)
            total = total + self.options.smooth * apart[: len(total)]
        return total

    def _before(self, name: str) -> list[Tensor]:
        return [self.before[name]] if name in self.before else []

    def error(self, latents: Tensors) -> Tensor:
        """(B,): the loss on all that was seen."""
        return self.all.error(self.model.hypernetwork(latents), self.all.everything)

    def descend(self, begin: Tensors, around: Around) -> tuple[Tensors, int]:
        """(where the search from `begin` ends, its steps)."""
        return descend(
            begin,
            lambda latents: self.cost(latents, around),
            self.rates,
            steps=self.options.steps,
            patience=self.options.patience,
            cosine=self.options.schedule == "cosine",
            exact=self.step.amount is None and self.perceptual is None,
            advance=self.advance,
        )

    def follow(self, starts: list[Candidate]) -> Found:
        """One search after another, so that memory does not grow with their number; each clip keeps its best."""
        names, best = starts[0]
        best, names, longest = dict(best), list(names), 0
        error = lowest = torch.full((len(names),), math.inf, device=self.all.clips.device)
        for number, (origin, begin) in enumerate(starts):
            left = self.error(begin)
            around = Around(self.model, begin, left)
            if not number:
                error = left
                if not self.perceptual:  # pixels alone cannot say that the start was better than an end
                    lowest = left + self.prior(begin, around)
            end, steps = self.descend(begin, around)
            longest = max(longest, steps)
            each = self.error(end)
            total = each + self.prior(end, around)
            better = (total < lowest) | lowest.isnan()
            error, lowest = torch.where(better, each, error), torch.where(better, total, lowest)
            names = [new if flag else old for new, old, flag in zip(origin, names, better.tolist(), strict=True)]
            best = {name: _where(better, end[name], best[name]) for name in best}
        return Found(best, error, names, longest)


def _where(better: Tensor, new: Tensor, old: Tensor) -> Tensor:
    return torch.where(better.view(-1, *[1] * (new.ndim - 1)), new, old)
