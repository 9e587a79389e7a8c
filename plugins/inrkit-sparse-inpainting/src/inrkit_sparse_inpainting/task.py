"""Scattered pixels of a clip are seen."""

from __future__ import annotations

import itertools
import math

import torch
from torch import Tensor

from inrkit import Observation, ObservationTask, Shape
from inrkit_sparse_inpainting.options import SparseOptions


class SparseInpainting(ObservationTask):
    """A share ``keep`` of all pixels is seen, each pixel at most once; the same ones of every clip."""

    baseline_name = "nearest pixel"

    def observe(self, clip_shape: Shape, options: object, generator: torch.Generator) -> Observation:
        """As many pixels as `keep` says, drawn without replacement; none at all is refused."""
        assert isinstance(options, SparseOptions)
        total = math.prod(clip_shape)
        order = torch.randperm(total, generator=torch.Generator().manual_seed(options.mask_seed))
        mask = torch.zeros(total, dtype=torch.bool)
        mask[order[: round(options.keep * total)]] = True
        return Observation(mask.view(clip_shape))

    def baseline(self, clips: Tensor, observation: Observation) -> Tensor:
        """Each hidden pixel as the nearest seen one of its clip."""
        assert observation.mask is not None
        return nearest_seen(clips, observation.mask.expand(clips.shape[:-1]))

    def paper(self, clip_shape: Shape, options: object) -> object:
        """INR-V drew a quarter with replacement: 1 - (1 - 1/n)^(n/4), about 22.1 %, are different pixels."""
        assert isinstance(options, SparseOptions)
        total = math.prod(clip_shape)
        return options.model_copy(update={"keep": 1 - (1 - 1 / total) ** (total / 4)})


def nearest_seen(clips: Tensor, mask: Tensor) -> Tensor:
    """Fill (B, T, H, W, 3) where `mask`, bool (B, T, H, W), is False with what lies nearest in (t, y, x).

    Shifts the whole clip by (0, 0, 1), (0, 1, 0), … in the order of their lengths until nothing is left to fill.
    """
    filled, done = clips.clone(), mask.clone()
    reach = [range(-n + 1, n) for n in mask.shape[1:]]
    for radius in itertools.count(1):
        for shift in sorted(_shell(radius, reach), key=lambda s: (sum(n * n for n in s), s)):
            if done.all():
                return filled
            to, source = _overlap(shift, mask.shape[1:])
            news = mask[source] & ~done[to]
            filled[to] = torch.where(news[..., None], clips[source], filled[to])
            done[to] = done[to] | news
    raise AssertionError  # some pixel of every clip is seen


def _shell(radius: int, reach: list[range]) -> list[tuple[int, ...]]:
    """The shifts within a clip that are longer than radius - 1, and no longer than radius."""
    axes = [[n for n in axis if abs(n) <= radius] for axis in reach]
    lengths = {shift: sum(n * n for n in shift) for shift in itertools.product(*axes)}
    return [shift for shift, length in lengths.items() if (radius - 1) ** 2 < length <= radius**2]


def _overlap(shift: tuple[int, ...], shape: torch.Size) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Where a clip and itself shifted overlap, in both."""
    to = [slice(max(0, -n), size - max(0, n)) for n, size in zip(shift, shape, strict=True)]
    source = [slice(max(0, n), size - max(0, -n)) for n, size in zip(shift, shape, strict=True)]
    return (slice(None), *to), (slice(None), *source)
