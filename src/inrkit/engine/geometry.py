"""Where the picture of a clip lies in the picture it was cut from: crop, pad and squash, backwards."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from inrkit.video.fit import Box, Fit, place

GREY = 128
"""What is shown where nothing is recovered, in uint8."""


@dataclass(frozen=True)
class Axis:
    """One side of a picture.

    Attributes:
        length: Pixels of the clip.
        places: (pixels of the input,) where each lies among the clip's pixels, whose centres are 0, 1, …
        covered: (pixels of the input,) bool, whether the clip shows it.
        step: Pixels of the clip for each of the input.
    """

    length: int
    places: Tensor
    covered: Tensor
    step: float

    def of(self, size: int) -> Axis:
        """The same side of an input of `size` pixels."""
        if size == len(self.places):
            return self
        old = (torch.arange(size, dtype=torch.float64) + 0.5) * len(self.places) / size - 0.5
        near = old.round().long().clamp(0, len(self.places) - 1)
        step = self.step * len(self.places) / size
        return Axis(self.length, self.places[0] + self.step * old, self.covered[near], step)

    def look_up(self, size: int) -> Tensor:
        """For each pixel of the input the nearest one of the clip rendered with `size` pixels."""
        inside = self.places.clamp(0, self.length - 1)
        return (inside * (size - 1) / max(1, self.length - 1)).round().long()

    @property
    def over(self) -> Tensor:
        """(length, pixels of the input) float, 1 where a pixel of the clip is made of that of the input.

        Of smaller clips that are those under it, of larger ones the four nearest: they were enlarged by bicubic steps.
        """
        reach = 0.5 + self.step / 2 if self.step <= 1 else 2 * self.step
        return ((self.places - torch.arange(self.length)[:, None]).abs() < reach - 1e-9).float()


@dataclass(frozen=True)
class Geometry:
    """How clips of one size come from pictures of another, and back."""

    rows: Axis
    columns: Axis

    @property
    def source(self) -> tuple[int, int]:
        """(height, width) of the input."""
        return len(self.rows.places), len(self.columns.places)

    @property
    def pixels(self) -> tuple[int, int]:
        """(rows, columns) of the input that are as large as a clip."""
        rows, columns = (max(1, round(axis.length / axis.step)) for axis in (self.rows, self.columns))
        return rows, columns

    def of(self, size: tuple[int, int]) -> Geometry:
        """The same of an input of (height, width) `size`."""
        return Geometry(self.rows.of(size[0]), self.columns.of(size[1]))

    @property
    def covered(self) -> Tensor:
        """(H, W) bool, of the input: True where clips show it."""
        return self.rows.covered[:, None] & self.columns.covered

    def hides(self, hidden: Tensor) -> Tensor:
        """bool (H, W) of the input, as clips show it: (h, w), True where any pixel that it is made of is."""
        return self.rows.over @ hidden.float() @ self.columns.over.T > 0

    def restore(self, frames: Tensor) -> Tensor:
        """Clips, uint8 (T, h, w, 3) of any h and w, as the input had them: (T, H, W, 3), grey where not covered."""
        _, height, width, _ = frames.shape
        whole = frames[:, self.rows.look_up(height)][:, :, self.columns.look_up(width)]
        whole[:, ~self.covered] = GREY
        return whole

    def enlarge(self, frames: Tensor) -> Tensor:
        """As :meth:`restore`, but smooth: each pixel of the input lies between pixels of a clip of its own size."""
        whole = torch.empty(len(frames), *self.source, 3, dtype=torch.uint8)
        for index, frame in enumerate(frames):
            tall = _between(frame.float(), self.rows, 0)
            whole[index] = _between(tall, self.columns, 1).round().to(torch.uint8)
        whole[:, ~self.covered] = GREY
        return whole


def _between(frame: Tensor, axis: Axis, side: int) -> Tensor:
    places = axis.places.clamp(0, axis.length - 1)
    before = places.floor().long()
    after = (before + 1).clamp(max=axis.length - 1)
    share = (places - before).float().view(-1, 1, 1) if side == 0 else (places - before).float().view(-1, 1)
    return torch.lerp(frame.index_select(side, before), frame.index_select(side, after), share)


def geometry(source: tuple[int, int], size: tuple[int, int], fit: Fit, box: Box | None = None) -> Geometry:
    """How clips of `size` are cut from pictures of `source`, both (height, width), `box` being the part taken."""
    taken = (box.height, box.width) if box else source
    corner = (box.top, box.left) if box else (0, 0)
    scaled = place(taken, size, fit).scaled
    rows, columns = map(_axis, source, taken, corner, scaled, size)
    return Geometry(rows, columns)


def _axis(source: int, taken: int, corner: int, scaled: int, length: int) -> Axis:
    """`taken` pixels from `corner` are made `scaled` ones, whose middle fills the middle of `length` ones."""
    before = (scaled - length) // 2 if scaled >= length else -((length - scaled) // 2)
    pixels = torch.arange(source, dtype=torch.float64) + 0.5 - corner
    places = pixels * scaled / taken - 0.5 - before
    covered = (pixels > 0) & (pixels < taken) & (places > -0.5) & (places < length - 0.5)
    return Axis(length, places, covered, scaled / taken)
