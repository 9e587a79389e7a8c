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
        drawn: uint8 (N, h, w, 3), what was recovered, for each of its frames.
        observed: uint8 (F, h, w, 3), what was seen, at the run's rate.
    """

    def __init__(self, video: Footage, drawn: Tensor, observed: Tensor) -> None:
        self._video, self._drawn, self._observed = video, drawn, observed
        self._error = 0.0
        self._kept: dict[str, list[Tensor]] = {"observed": [], "recovered": [], "truth": []}

    def frames(self) -> Iterator[Tensor]:
        """uint8 (1, h, 3 w, 3) for each frame: what was seen, what was recovered, the truth."""
        place, count = self._video.place, len(self._drawn)
        columns = set(torch.linspace(0, count - 1, min(COLUMNS, count)).round().long().tolist())
        moments = self._video.positions.round().long().tolist()
        for index, (frame, truth) in enumerate(zip(self._drawn, self._video.truth(), strict=True)):
            recovered = place.enlarge(frame[None])[0]
            seen = place.restore(self._observed[moments[index]][None])[0]
            self._error += squared_error(recovered, truth, place.covered) / count
            if index in columns:
                for kept, picture in zip(self._kept.values(), (seen, recovered, truth), strict=True):
                    kept.append(smaller(picture, SHEET))
            yield torch.cat([smaller(picture, VIDEO) for picture in (seen, recovered, truth)], 1)[None]

    @property
    def psnr(self) -> float:
        """In dB, where clips show the video, once all frames were asked for."""
        return decibels(self._error)

    def sheet(self) -> Tensor:
        """A contact sheet, once all frames were asked for."""
        rows = [(name, torch.stack(frames)) for name, frames in self._kept.items()]
        return contact_sheet(rows, columns=COLUMNS)


def smaller(frame: Tensor, height: int) -> Tensor:
    """uint8 (H, W, 3) by the means of squares of pixels, such that it is no higher than `height`."""
    step = min(math.ceil(frame.shape[0] / height), frame.shape[1])
    if step == 1:
        return frame
    pixels = frame.permute(2, 0, 1)[None].float()
    return avg_pool2d(pixels, step)[0].permute(1, 2, 0).round().to(torch.uint8)
