"""A video as a still picture and what moves, in patches of a learned dictionary (K-SVD, IEEE TSP 2006)."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inrkit import INR, Shape, Spec, Tensors
from inrkit_patch_dictionary.interpolate import between, pixels_at
from inrkit_patch_dictionary.options import PatchDictionaryOptions

FIRST_PATCHES = 0.3
"""The spread of the first patches that coefficients of a spread of one make."""

FIRST_SPREAD, SPREAD_RATE = 0.3, 2.0
"""What spreads the numbers of a frame over its patches starts small, and moves at twice the rate of all else."""


class PatchDictionary(INR):
    """rgb = a still picture + what moves, a grid of patches, each a sum of atoms that all videos share.

    Per video are "still" (side * side * 3, h, w), the pixels of h x w patches that cover a frame, and "motion"
    (time_terms * numbers, 1, 1): how much of each of some functions of time goes into the numbers of a frame. Residual
    layers that all videos share change these, so that what moves need not be a sum of movements. Where one patch of
    motion covers a frame, these are its coefficients. Where there are more, a linear map spreads them over the patches
    and neighbours mix, so that the same atoms serve wherever something passes: of whole frames, 256 atoms bound what
    can be shown. Patches are some hundred times fewer than pixels, and all of a step are one product of matrices; the
    still picture is made once for all frames.

    Patches that reach beyond a frame are cut. Between the pixels and the frames of the training clips, values are
    interpolated linearly.
    """

    unit = "frame"

    def __init__(self, config: PatchDictionaryOptions, spec: Spec) -> None:
        super().__init__()
        self._shape: Shape = spec.clip_shape
        self._still_patch, self._motion_patch = config.still_patch, config.motion_patch
        terms, numbers = config.time_terms, config.numbers
        cells = self._cells(config.motion_patch)
        self.still = nn.Parameter(torch.zeros(3 * config.still_patch**2, *self._cells(config.still_patch)))
        self.motion = nn.Parameter(0.1 * torch.randn(terms * numbers, 1, 1))
        self.per_video("still")
        self.per_video("motion")
        self.times = nn.Parameter(_cosines(spec.clip_shape[0], terms))
        self.layers = nn.ModuleList(nn.Linear(numbers, numbers) for _ in range(config.layers))
        self.places = nn.Identity() if cells == (1, 1) else _Places(numbers, config.channels, cells)
        self.motion_atoms = _dictionary(numbers if cells == (1, 1) else 2 * config.channels, config.motion_patch)

    def forward(self, coords: Tensor) -> Tensor:
        """One video: (F, H, W, 3) -> (F, H, W, 3)."""
        weights = {name: value[None] for name, value in self.initial_weights().items()}
        return self.evaluate(coords[None], weights)[0]

    def evaluate(self, coords: Tensor, weights: Tensors) -> Tensor:
        """Many videos: (B|1, F, H, W, 3) -> (B, F, H, W, 3)."""
        if len(coords) > 1:
            rows = ({name: value[i : i + 1] for name, value in weights.items()} for i in range(len(coords)))
            return torch.cat([self.evaluate(one[None], row) for one, row in zip(coords, rows, strict=True)])
        frames = self._moving(coords[0, :, 0, 0, 0], weights["motion"]) + self._picture(weights["still"])
        return pixels_at(frames, coords[0, 0])

    def _picture(self, still: Tensor) -> Tensor:
        """(B, side * side * 3, h, w) -> (B, 1, H, W, 3)."""
        return self._joined(still.movedim(1, -1)[:, None], self._still_patch)

    def _moving(self, t: Tensor, motion: Tensor) -> Tensor:
        """(B, terms * numbers, 1, 1) at times (F,) -> (B, F, H, W, 3)."""
        terms = self.times.shape[1]
        share = between(t, len(self.times)) @ self.times
        hidden = share @ motion.flatten(1).unflatten(1, (terms, -1))
        for layer in self.layers:
            hidden = hidden + layer(F.gelu(hidden))
        cells = self.places(F.gelu(hidden)[:, :, None, None])
        return self._joined(self.motion_atoms(cells), self._motion_patch)

    def _joined(self, patches: Tensor, side: int) -> Tensor:
        """(B, F, h, w, side * side * 3) -> (B, F, H, W, 3), without what reaches beyond a frame."""
        _, height, width = self._shape
        rows: Tensor = patches.unflatten(-1, (side, side, 3)).transpose(3, 4)
        return rows.flatten(4, 5).flatten(2, 3)[:, :, :height, :width]

    def _cells(self, side: int) -> tuple[int, int]:
        """How many patches cover a frame."""
        _, height, width = self._shape
        return math.ceil(height / side), math.ceil(width / side)


class _Places(nn.Module):
    """The numbers of a frame, spread over its patches, of which each then sees its neighbours."""

    def __init__(self, numbers: int, channels: int, cells: tuple[int, int]) -> None:
        super().__init__()
        self._grid = (channels, *cells)
        self.spread = nn.Linear(numbers, math.prod(self._grid))
        nn.init.normal_(self.spread.weight, std=FIRST_SPREAD / math.sqrt(numbers))
        self.neighbours = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, numbers: Tensor) -> Tensor:
        """(B, F, 1, 1, numbers) -> (B, F, h, w, 2 * channels)."""
        grids = SPREAD_RATE * self.spread(numbers.flatten(0, 3)).unflatten(1, self._grid)
        mixed = F.gelu(grids + self.neighbours(F.gelu(grids)))
        both: Tensor = torch.cat((grids, mixed), 1).movedim(1, -1).unflatten(0, numbers.shape[:2])
        return both


def _cosines(frames: int, terms: int) -> Tensor:
    """(frames, terms): half waves over a clip, the first of them constant (DCT-II)."""
    phase = math.pi * (torch.arange(frames) + 0.5) / frames
    return (phase[:, None] * torch.arange(terms)).cos()


def _dictionary(atoms: int, side: int) -> nn.Linear:
    layer = nn.Linear(atoms, 3 * side**2)
    nn.init.normal_(layer.weight, std=FIRST_PATCHES / math.sqrt(atoms))
    nn.init.zeros_(layer.bias)
    return layer
