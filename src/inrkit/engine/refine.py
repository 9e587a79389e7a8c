"""Fine-tuning the weights that were made of latents, for one clip each (pivotal tuning, Roich et al. 2022)."""

from __future__ import annotations

from dataclasses import replace

import torch

from inrkit.engine.descend import Advance, descend
from inrkit.engine.fit_options import FitOptions
from inrkit.engine.objective import Seen, amount_of
from inrkit.engine.search import Found


def refine(seen: Seen, found: Found, options: FitOptions, advance: Advance | None = None) -> Found:
    """What was found, with weights that explain better what was seen; a clip it does not help keeps what it had."""
    pivot = seen.model.hypernetwork(found.latents)
    if not pivot:
        return found
    step = Seen(seen.model, seen.clips, seen.loss, amount_of(seen.everything, options))
    rates = dict.fromkeys(pivot, options.refine_lr)
    tuned, _ = descend(pivot, step.error, rates, steps=options.refine, exact=step.amount is None, advance=advance)
    error = seen.error(tuned, seen.everything)
    better = error < found.error
    weights = {
        name: torch.where(better.view(-1, *[1] * (value.ndim - 1)), tuned[name], value.detach())
        for name, value in pivot.items()
    }
    return replace(found, weights=weights, error=torch.where(better, error, found.error))
