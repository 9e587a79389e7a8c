"""A recovered video for which there is no truth, or not for all of its frames: beside the trivial answer."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from inrkit.engine.comparison import COLUMNS, Comparison
from inrkit.engine.footage import Footage


class Unmeasured(Comparison):
    """The input beside the trivial answer and the result, at the size and the rate of the result.

    Frames of the input stand until the next one, and its pixels are squares.

    Args:
        video, drawn: As of :class:`Comparison`.
        beside: uint8 (F, h, w, 3), the trivial answer, at the run's rate.
        name: What it is called.
        truth: Whether the frames of the input are the truth of those of the result that show the same moment.
    """

    def __init__(self, video: Footage, drawn: Tensor, beside: Tensor, name: str, *, truth: bool) -> None:
        super().__init__(video, drawn, beside)
        self.names, self._truth = ("input", name, "recovered"), truth

    def columns(self) -> list[int]:
        """Evenly spaced; where frames are new, those from one of the input to the next, in the middle of the video."""
        factor, count = self._video.factor, len(self._video.positions)
        if factor == 1 or count == 1:
            return super().columns()
        first = (count - 1) // 2 * factor
        return [first + round(n) for n in torch.linspace(0, factor, min(COLUMNS, factor + 1)).tolist()]

    def pictures(self) -> Iterator[tuple[Tensor, ...]]:
        """The input, the trivial answer, the result."""
        video, drawn = self._video, iter(self._drawn)
        moments = torch.cat([video.moments, video.moments[-1:].expand(video.factor - 1)]).view(-1, video.factor)
        for truth, near in zip(video.truth(), moments.tolist(), strict=True):
            given = squares(truth, video.shown.source)
            for index, moment in enumerate(near):
                frame = next(drawn)[None]
                if self._truth and not index:
                    self.measure(video.place.enlarge(frame)[0], truth)
                yield given, video.shown.enlarge(self._blend(moment)[None])[0], video.shown.enlarge(frame)[0]

    def _blend(self, moment: float) -> Tensor:
        before = math.floor(moment)
        after = min(before + 1, len(self._beside) - 1)
        return torch.lerp(self._beside[before].float(), self._beside[after].float(), moment - before).round().byte()

    @property
    def psnr(self) -> float | None:
        """Of the frames that the input has, if it is their truth."""
        return super().psnr if self._truth else None


def squares(frame: Tensor, size: tuple[int, int]) -> Tensor:
    """uint8 (H, W, 3) at (height, width) `size`: each pixel that of `frame` which lies there."""
    rows, columns = (torch.arange(new) * old // new for new, old in zip(size, frame.shape, strict=False))
    return frame[rows][:, columns]
