"""How well each training clip is reconstructed, beside its static floor."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from inrkit.engine.data import spread
from inrkit.engine.reporter import Reporter
from inrkit.metrics.psnr import psnr, static_floor
from inrkit.report.page.subject import Subject

EXACT = 100.0
"""What a clip that is met exactly counts in a mean, in dB, as in result.json."""


@dataclass
class Scores:
    """PSNR in dB of some training clips.

    Attributes:
        rows: Which clips.
        psnr, floor: float64 (n,): of the reconstruction, and of the mean frame held still.
    """

    rows: list[int]
    psnr: Tensor
    floor: Tensor

    @property
    def order(self) -> list[int]:
        """Places in `rows`, from the worst clip to the best."""
        return self.psnr.argsort(stable=True).tolist()

    @property
    def gain(self) -> Tensor:
        """How far each is above its floor."""
        return self.psnr.clamp(max=EXACT) - self.floor.clamp(max=EXACT)


def measure(subject: Subject, most: int, reporter: Reporter) -> Scores | None:
    """Scores of at most `most` training clips, spread over all; None where there is no truth or no latent."""
    if subject.clips is None or not subject.model.latents:
        return None
    rows = spread(range(len(subject.clips)), most)
    values, floors, done = [], [], 0
    for group in subject.groups(rows):
        truth = subject.clips.read(group).cpu()
        values.append(psnr(subject.videos(subject.latents(group)), truth))
        floors.append(static_floor(truth))
        done += len(group)
        reporter.measuring("training clips", done, len(rows))
    return Scores(rows, torch.cat(values), torch.cat(floors))


def mean(values: Tensor) -> float:
    """Over clips, as in result.json."""
    return float(values.clamp(max=EXACT).mean())


def worst_to_best(scores: Scores, count: int) -> list[int]:
    """Places of `count` clips from the worst to the best, both included."""
    order = scores.order
    if len(order) <= count:
        return order
    return [order[round(index * (len(order) - 1) / max(1, count - 1))] for index in range(count)]
