"""What the steps since the last logged line were like, and whether the training has collapsed."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import torch
from torch import Tensor

from inrkit.engine.team import Team
from inrkit.interfaces import Tensors

COLLAPSE_DB, COLLAPSE_LINES = 8.0, 5
"""A run has collapsed when its PSNR stays this far below its best for so many logged lines."""

MANY = 256
"""So many visits to clips make a PSNR that can be compared with earlier ones."""


@dataclass
class Watch:
    """Notices a collapse of PSNR. Clips differ, so a value counts once all of them, or many, have been seen."""

    clips: int
    best: float = -math.inf
    low: int = 0
    _error: float = 0.0
    _seen: int = 0

    @property
    def falling(self) -> bool:
        """Whether the last value was far below the best."""
        return self.low > 0

    @property
    def collapsed(self) -> bool:
        """Whether it has stayed there."""
        return self.low >= COLLAPSE_LINES

    def see(self, window: Window) -> None:
        """Take in a logged line."""
        self._error += window.mse * window.clips
        self._seen += window.clips
        if self._seen < min(self.clips, MANY):
            return
        psnr = decibels(self._error / self._seen)
        self._error, self._seen = 0.0, 0
        self.best = max(self.best, psnr)
        self.low = self.low + 1 if psnr < self.best - COLLAPSE_DB else 0


class Window:
    """The means since the last logged line. Sums stay on the device until they are asked for."""

    def __init__(self) -> None:
        self._sums: dict[str, Tensor] = {}
        self._steps = 0
        self.clips = 0
        self._start = time.perf_counter()

    def seconds(self) -> float:
        """Since the window was opened."""
        return time.perf_counter() - self._start

    def leave_out(self, seconds: float) -> None:
        """Do not count what something else took."""
        self._start += seconds

    def add(self, loss: Tensor, terms: Tensors, mse: Tensor, clips: int) -> None:
        """Take in one step."""
        values = {"loss": loss.detach(), "mse": mse, **{f"loss/{k}": v.detach().mean() for k, v in terms.items()}}
        for name, value in values.items():
            self._sums[name] = self._sums[name] + value if name in self._sums else value.clone()
        self._steps += 1
        self.clips += clips

    def share(self, team: Team) -> None:
        """Take in what the other processes saw in the same steps."""
        if team.size > 1:
            means = team.mean(torch.stack(list(self._sums.values())))
            self._sums = dict(zip(self._sums, means, strict=True))

    @property
    def mse(self) -> float:
        """The mean squared error of the steps so far, of values in [-1, 1]."""
        return float(self._sums["mse"]) / self._steps

    def summary(self) -> dict[str, float]:
        """Means, PSNR in dB (peak 2, for values in [-1, 1]), seconds and clips per second."""
        means = {name: float(total) / self._steps for name, total in self._sums.items()}
        psnr = decibels(means.pop("mse"))
        seconds = self.seconds()
        return {**means, "psnr": psnr, "seconds": seconds, "clips_per_second": self.clips / max(seconds, 1e-9)}


def decibels(mse: float) -> float:
    """PSNR of values in [-1, 1], kept within 100 dB either way so that it is always a number."""
    return 10 * math.log10(4 / min(max(mse, 4e-10), 4e10)) if mse == mse else -100.0
