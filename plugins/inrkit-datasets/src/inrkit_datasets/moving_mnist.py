"""Moving MNIST (Srivastava et al., ICML 2015): digits that bounce in a box."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from inrkit import Dataset, Shape, Video
from inrkit_datasets.digits import Digits, read_digits
from inrkit_datasets.options import MovingMnistOptions

SIDE = 28 / 64
"""Of a digit, as a share of the shorter side of a frame."""

SPEED = 0.035, 0.07
"""How far a digit moves in a frame, as a share of the way that it has."""

HELD_OUT = 7
"""Every so many-th digit is only in held-out videos."""


class MovingMnist(Dataset):
    """Digits of equal size on straight ways that turn at the edges; where two overlap, the brighter one is seen.

    INR-V drew 10,000 videos of its own, which were never released, and does not say how fast digits were.
    """

    licence = (
        "Digits of MNIST (LeCun and Cortes): CC BY-SA 3.0; those of scikit-learn, from the UCI repository: CC BY 4.0."
    )

    def clips(self, options: object, shape: Shape) -> Iterable[Video]:
        """The training videos, drawn at the size of the clips."""
        assert isinstance(options, MovingMnistOptions)
        return self._videos(options, shape, False)

    def held_out(self, options: object, shape: Shape) -> Iterable[Video]:
        """Videos of digits that are in no training video."""
        assert isinstance(options, MovingMnistOptions)
        return self._videos(options, shape, True)

    def _videos(self, options: MovingMnistOptions, shape: Shape, held_out: bool) -> Iterator[Video]:
        digits = read_digits(options.path)
        digits = digits[::HELD_OUT] if held_out else np.delete(digits, np.s_[::HELD_OUT], axis=0)
        name = "moving-mnist-held-out" if held_out else "moving-mnist"
        for i in range(options.held_out if held_out else options.count):
            random = np.random.default_rng([options.seed, int(held_out), i])
            frames = torch.from_numpy(_draw(digits, options.digits, shape, random))
            # One channel of memory for three: ten thousand videos are held at once.
            yield Video(frames[..., None].expand(*shape, 3), 25.0, f"{name}-{i:05d}")


def _draw(digits: Digits, count: int, shape: Shape, random: np.random.Generator) -> NDArray[np.uint8]:
    """Some of `digits` on their ways: uint8 (T, H, W)."""
    frames = np.zeros(shape, np.uint8)
    side = max(1, round(SIDE * min(shape[1:])))
    room = np.array(shape[1:]) - side
    for digit in digits[random.choice(len(digits), count, replace=len(digits) < count)]:
        picture = np.asarray(Image.fromarray(digit).resize((side, side), Image.Resampling.BILINEAR))
        angle = random.uniform(0, 2 * np.pi)
        step = random.uniform(*SPEED) * np.array([np.sin(angle), np.cos(angle)])
        way = random.uniform(size=2) + np.arange(shape[0])[:, None] * step
        for frame, (top, left) in zip(frames, np.round(_bounced(way) * room).astype(int), strict=True):
            place = frame[top : top + side, left : left + side]
            np.maximum(place, picture, out=place)
    return frames


def _bounced(way: NDArray[np.float64]) -> NDArray[np.float64]:
    """A straight way folded into [0, 1]."""
    return 1 - np.abs(way % 2 - 1)
