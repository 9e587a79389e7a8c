"""Whether generated videos are new, or were only remembered: how near each is to the nearest real one."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from inrkit.errors import BadInput
from inrkit.interfaces import Metric
from inrkit.metrics.kept import Kept
from inrkit.metrics.options import NearestOptions
from inrkit.metrics.psnr import psnr
from inrkit.metrics.sizes import expect_size

GRID = (4, 16, 16)
"""Blocks along time, height and width, at most, whose means are what is kept in memory of a real video."""

ROUNDING = 1e-3
"""dB by which a ceiling computed in float32 may be too low."""


def coarse(videos: Tensor) -> Tensor:
    """The means over blocks, each times the root of its number of pixels.

    So the distance of two such rows is never more than that of the videos.

    Args:
        videos: uint8 (B, T, H, W, 3).

    Returns:
        (B, F) float32, F at most 3072.
    """
    sums, pixels = videos.float(), torch.ones((), device=videos.device)
    for axis, most in enumerate(GRID, start=1):
        length = sums.shape[axis]
        block = torch.arange(length, device=sums.device) * min(most, length) // length
        counts = block.bincount()
        shape = (*sums.shape[:axis], len(counts), *sums.shape[axis + 1 :])
        sums = sums.new_zeros(shape).index_add_(axis, block, sums)
        pixels = pixels[..., None] * counts
    return (sums / pixels.sqrt()[..., None]).flatten(1)


class Nearest(Metric):
    """PSNR of each generated video to the real video that is most like it, in dB; infinite if it is that video.

    Real videos go into a nameless file, their block means into memory. Those give a ceiling of the PSNR to each real
    video, by which the search goes until no other can be nearer, or `finalists` were compared pixel by pixel;
    `about` says for how many generated videos it got to the first.
    """

    paired = False

    def __init__(self, config: NearestOptions | None = None) -> None:
        self._finalists = (config or NearestOptions()).finalists
        self._real: Kept | None = None
        self._rows: list[Tensor] = []
        self._found: list[tuple[float, int]] = []
        self._proven = 0

    def update(self, rendered: Tensor | None, truth: Tensor | None, mask: Tensor | None = None) -> None:
        """Take in real videos as `truth`, then generated ones as `rendered`: uint8 (B, T, H, W, 3) of one size.

        Raises:
            BadInput: Sizes differ, there is a mask, or generated videos came without any real one.
            InrkitError: There is no room on the disk for the real ones.
        """
        if mask is not None:
            raise BadInput("nearest compares whole videos, and here some pixels do not count", "Leave it out.")
        if truth is not None:
            self._keep(truth)
        if rendered is not None:
            self._search(rendered)

    def compute(self) -> dict[str, Tensor]:
        """{"nearest-psnr": (N,) in dB, "nearest-index": (N,) int64}, the real videos counted from 0 as they came."""
        if not self._found:
            raise BadInput("nearest was given no generated videos")
        scores, indices = zip(*self._found, strict=True)
        return {
            "nearest-psnr": torch.tensor(scores, dtype=torch.float64),
            "nearest-index": torch.tensor(indices, dtype=torch.int64),
        }

    def about(self) -> dict[str, Any]:
        """How many videos of which size, how many were compared at most, and for how many it is surely the nearest."""
        kept, unsure = self._real, len(self._found) - self._proven
        why = f"of {unsure} of {len(self._found)} videos the nearest was sought among the {self._finalists} likeliest"
        return {
            "real": len(kept) if kept else 0,
            "generated": len(self._found),
            "size": list(kept.size[:3]) if kept else [],
            "finalists": self._finalists,
            "surely_nearest": self._proven,
            "notes": [f"{why}: a still nearer one is unlikely, not impossible"] if unsure else [],
        }

    def _keep(self, videos: Tensor) -> None:
        self._real = self._real or Kept(videos.shape[1:])
        expect_size("nearest", videos, self._real.size)
        self._real.add(videos)
        self._rows.append(coarse(videos))

    def _search(self, videos: Tensor) -> None:
        if not self._real:
            raise BadInput("nearest was given no real videos to compare with", "Name some: --real SOURCE.")
        expect_size("nearest", videos, self._real.size)
        if len(self._rows) > 1:
            self._rows = [torch.cat(self._rows)]
        apart = torch.cdist(coarse(videos), self._rows[0], compute_mode="donot_use_mm_for_euclid_dist").double()
        ceilings = 10 * torch.log10(255.0**2 * math.prod(self._real.size) / apart.square())
        best = ceilings.sort(stable=True, dim=1, descending=True)
        for video, highest, order in zip(videos, best.values.tolist(), best.indices.tolist(), strict=True):
            self._found.append(self._nearest(self._real, video, highest, order))

    def _nearest(self, real: Kept, video: Tensor, ceilings: list[float], order: list[int]) -> tuple[float, int]:
        """Its PSNR and its index; the rest cannot be nearer once their ceiling is below the best that was found."""
        found = (-math.inf, -1)
        for ceiling, index in zip(ceilings[: self._finalists], order, strict=False):
            if ceiling + ROUNDING <= found[0]:
                break
            score = float(psnr(video[None], real[index][None].to(video.device)))
            found = max(found, (score, index), key=lambda one: one[0])
        beyond = ceilings[self._finalists :][:1]
        self._proven += found[0] >= max(beyond, default=-math.inf) + ROUNDING
        return found
