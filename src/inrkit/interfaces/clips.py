"""Some clips and what was seen of them."""

from __future__ import annotations

from functools import cached_property

import torch
from torch import Tensor

from inrkit.errors import PluginError
from inrkit.interfaces.coordinates import grid, points
from inrkit.interfaces.observation import Observation
from inrkit.interfaces.pixels import to_float
from inrkit.interfaces.seeds import generator
from inrkit.interfaces.types import Sample, Shape, Tensors, Unit, coarsest


class ClipBatch:
    """Some clips and what was seen of them. What was hidden is not in it.

    Example::

        video = torch.randint(0, 256, (2, 4, 8, 8, 3), dtype=torch.uint8)  # (B, T, H, W, 3)
        mask = torch.rand(4, 8, 8) < 0.3
        clips = ClipBatch(video, observation=Observation(mask))
        coords, target, see, share = clips.sample("point", 20)  # 20 of the seen pixels

    Args:
        video: (N, T, H, W, 3), uint8, or float in [-1, 1]; it is not copied as long as all of it is seen.
        rows: (B,) int64, which of the N clips are in the batch; all if None.
        observation: What is seen of them; None sees everything.
        index: (B,) int64, which training clips these are; None for clips never trained on.
        codes, features: Rows of this batch, name to (B, ...).
        seed: Every call of :meth:`sample` draws anew from it; equal seeds give equal samples.
        device: Where samples and frames go; `video`'s own if None.
    """

    def __init__(
        self,
        video: Tensor,
        *,
        rows: Tensor | None = None,
        observation: Observation | None = None,
        index: Tensor | None = None,
        codes: Tensors | None = None,
        features: Tensors | None = None,
        seed: int = 0,
        device: torch.device | str | None = None,
    ) -> None:
        _, frames, height, width, _ = video.shape
        self.shape: Shape = (frames, height, width)
        self.index = index
        self.codes = codes or {}
        self.features = features or {}
        self.device = torch.device(device) if device is not None else video.device
        self._rows = torch.arange(len(video), device=video.device) if rows is None else rows.to(video.device)
        self._seed, self._draws = seed, 0
        self._observation = observation or Observation()
        self._mask = None if observation is None or observation.mask is None else observation.mask.to(self.device)
        # All of it seen: pixels are looked up when they are asked for. Else only what was seen is kept.
        self._video = video if observation is None else None
        self._seen = None if observation is None else self._observe(video)

    def __len__(self) -> int:
        return len(self._rows)

    @cached_property
    def frames(self) -> Tensor:
        """(B, T, H, W, 3) float32 in [-1, 1]: the clips, or where not all was seen the observation's guess at them."""
        if self._video is not None:
            return to_float(self._video[self._rows].to(self.device))
        assert self._seen is not None
        return self._observation.fill(self._seen)

    def sample(self, unit: Unit = "point", amount: int | None = None) -> Sample:
        """Some of what was seen, to compare a model's rgb with.

        Args:
            unit: What must stay whole; the observation's own unit is kept whole as well.
            amount: About how many pixels a clip: that many points, or the nearest number of whole frames (at least
                one), or for unit "clip" always everything. None: all that was seen.
        """
        unit = coarsest(unit, self._observation.unit)
        self._draws += 1
        if unit != "point":
            return self._sample_frames(unit, amount)
        if self._mask is not None and self._mask.ndim == 4:
            return self._sample_differing_points(amount)
        return self._sample_points(amount)

    def _observe(self, video: Tensor) -> Tensor:
        pixels = to_float(video[self._rows].to(self.device))
        if self._mask is not None:  # not a product: what is hidden may be NaN
            pixels = torch.where(self._mask[..., None], pixels, 0.0)
        seen = self._observation.seen(pixels)
        if self._observation.unit == "point" and seen.shape[:-1] != pixels.shape[:-1]:
            raise PluginError(
                f"{type(self._observation).__name__} makes {tuple(seen.shape)} of pixels {tuple(pixels.shape)}, "
                "which an observation of unit 'point' may not",
                "Report this to its author: it needs unit = 'frame', or 'clip'.",
            )
        return seen

    def _sample_points(self, amount: int | None) -> Sample:
        """The same pixels of every clip."""
        total = self.shape[0] * self.shape[1] * self.shape[2]
        seen = None if self._mask is None else self._mask.flatten().nonzero()[:, 0].to(self._rows.device)
        count = total if seen is None else len(seen)
        if amount is None or amount >= count:
            pick = torch.arange(count)
        else:
            pick = torch.randint(count, (amount,), generator=generator(self._seed, self._draws))
        pick = pick.to(self._rows.device) if seen is None else seen[pick.to(seen.device)]
        coords = points(self.shape, pick.to(self.device))[None]
        return Sample(coords, self._pixels(pick), self._observation.see, coords.new_ones(1))

    def _pixels(self, pick: Tensor) -> Tensor:
        """What was seen at flat indices (P,): (B, P, k)."""
        if self._video is None:
            assert self._seen is not None
            return self._seen.flatten(1, 3)[:, pick.to(self.device)]
        return to_float(self._video.flatten(1, 3)[self._rows[:, None], pick].to(self.device))

    def _sample_differing_points(self, amount: int | None) -> Sample:
        """Each clip has a mask of its own: draw for each among its seen pixels, by its own generator."""
        assert self._mask is not None and self._seen is not None
        if amount is None:
            mask, see = self._mask.flatten(1)[..., None], self._observation.see
            everywhere = grid(self.shape, device=self.device).reshape(1, -1, 3)
            target = torch.where(mask, self._seen.flatten(1, 3), 0.0)
            return Sample(everywhere, target, lambda rgb: torch.where(mask, see(rgb), 0.0), mask.float().mean((1, 2)))
        names = range(len(self)) if self.index is None else self.index.tolist()
        picks = []
        for name, mask in zip(names, self._mask.flatten(1), strict=True):
            seen = mask.nonzero()[:, 0]
            draw = torch.randint(len(seen), (amount,), generator=generator(self._seed, self._draws, name))
            picks.append(seen[draw.to(seen.device)])
        pick = torch.stack(picks)
        target = self._seen.flatten(1, 3).gather(1, pick[..., None].expand(-1, -1, self._seen.shape[-1]))
        return Sample(points(self.shape, pick), target, self._observation.see, target.new_ones(1))

    def _sample_frames(self, unit: Unit, amount: int | None) -> Sample:
        frames, height, width = self.shape
        pick = torch.arange(frames)
        if unit == "frame" and amount is not None:
            wanted = max(1, round(amount / (height * width)))
            order = torch.randperm(frames, generator=generator(self._seed, self._draws))
            pick = order[:wanted].sort().values if wanted < frames else pick
        coords = grid(self.shape, pick, self.device)
        if self._video is not None:
            target = to_float(self._video[self._rows[:, None], pick.to(self._rows.device)].to(self.device))
            return Sample(coords, target, self._observation.see, coords.new_ones(1))
        assert self._seen is not None
        target = self._seen if self._observation.unit == "clip" else self._seen[:, pick.to(self.device)]
        if self._mask is None:
            return Sample(coords, target, self._observation.see, coords.new_ones(1))
        mask = self._mask[..., pick.to(self.device), :, :]
        share = mask.flatten(-3).float().mean(-1).clamp_min(1e-6).reshape(-1)
        see = self._observation.see
        return Sample(coords, target, lambda rgb: see(torch.where(mask[..., None], rgb, 0.0)), share)
