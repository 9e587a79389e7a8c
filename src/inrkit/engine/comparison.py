"""A recovered video beside the truth, at the size of the input: frame by frame, for it may be large and long."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from inrkit.engine.footage import Footage
from inrkit.engine.judge import decibels, squared_error
from inrkit.report.sheets import contact_sheet

COLUMNS = 8
"""Frames of a contact sheet."""

SHEET, VIDEO = 192, 400
"""How high a frame is in the sheet and beside the truth, at most: three of them must play on any machine."""


class Comparison:
    """A video beside what was seen of it and what was recovered, at its own size; what is learned on the way.

    Args:
        video: Read anew, frame by frame.
        drawn: uint8 (N, h, w, 3), what was recovered, for each frame of the result.
        beside: uint8 (F, h, w, 3), what was seen, at the run's rate.
    """

    names: tuple[str, ...] = ("observed", "recovered", "truth")

    def __init__(self, video: Footage, drawn: Tensor, beside: Tensor) -> None:
        self._video, self._drawn, self._beside = video, drawn, beside
        self._error = 0.0
        self._kept: list[list[Tensor]] = []

    def frames(self) -> Iterator[Tensor]:
        """uint8 (1, h, 3 w, 3) for each frame: those of `names` side by side."""
        columns = set(self.columns())
        self._kept = [[] for _ in self.names]
        for index, pictures in enumerate(self.pictures()):
            if index in columns:
                for kept, picture in zip(self._kept, pictures, strict=True):
                    kept.append(smaller(picture, SHEET))
            yield torch.cat([smaller(picture, VIDEO) for picture in pictures], 1)[None]

    def columns(self) -> list[int]:
        """The frames that the sheet shows."""
        count = len(self._drawn)
        return torch.linspace(0, count - 1, min(COLUMNS, count)).round().long().tolist()

    def pictures(self) -> Iterator[tuple[Tensor, ...]]:
        """For each frame uint8 (H, W, 3) of each of `names`."""
        place = self._video.place
        moments = self._video.positions.round().long().tolist()
        for frame, truth, moment in zip(self._drawn, self._video.truth(), moments, strict=True):
            recovered = place.enlarge(frame[None])[0]
            self.measure(recovered, truth)
            yield place.restore(self._beside[moment][None])[0], recovered, truth

    def measure(self, recovered: Tensor, truth: Tensor) -> None:
        """Take in one of the video's frames, both uint8 (H, W, 3)."""
        self._error += squared_error(recovered, truth, self._video.place.covered) / len(self._video.positions)

    @property
    def psnr(self) -> float | None:
        """In dB, where clips show the video, once all frames were asked for; None without a truth."""
        return decibels(self._error)

    def sheet(self) -> Tensor:
        """A contact sheet, once all frames were asked for."""
        rows = [(name, torch.stack(frames)) for name, frames in zip(self.names, self._kept, strict=True)]
        return contact_sheet(rows, columns=COLUMNS)


def smaller(frame: Tensor, height: int) -> Tensor:
    """uint8 (H, W, 3) by the means of squares of pixels, such that it is no higher than `height`."""
    step = min(math.ceil(frame.shape[0] / height), frame.shape[1])
    if step == 1:
        return frame
    pixels = frame.permute(2, 0, 1)[None].float()
    return avg_pool2d(pixels, step)[0].permute(1, 2, 0).round().to(torch.uint8)
