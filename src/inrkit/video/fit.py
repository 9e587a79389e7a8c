"""How a picture of one size is made to fill another: what is scaled to what, and where it is put."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from inrkit.errors import BadInput

Fit = Literal["crop", "pad", "squash"]
Pixels = NDArray[np.uint8]


class Placement(NamedTuple):
    """A picture is scaled to `scaled`, then its middle fills the middle of `size`. Both are (height, width)."""

    scaled: tuple[int, int]
    size: tuple[int, int]

    def apply(self, scaled: NDArray[Any]) -> NDArray[Any]:
        """The scaled picture (h, w, C), cut at what is too large and with black where it is too small: (H, W, C)."""
        for axis, (have, want) in enumerate(zip(self.scaled, self.size, strict=True)):
            if have > want:
                first = (have - want) // 2
                scaled = scaled[first : first + want] if axis == 0 else scaled[:, first : first + want]
            elif have < want:
                before = (want - have) // 2
                around = [(0, 0), (0, 0), (0, 0)]
                around[axis] = (before, want - have - before)
                scaled = np.pad(scaled, around)
        return scaled


class Box(NamedTuple):
    """A part of an upright frame, in its own pixels."""

    height: int
    width: int
    top: int
    left: int

    def __str__(self) -> str:
        return f"{self.height}x{self.width}+{self.top}+{self.left}"


@lru_cache(maxsize=16)
def place(source: tuple[int, int], size: tuple[int, int], fit: Fit = "crop") -> Placement:
    """How a picture of `source` (height, width) is brought to `size` (height, width).

    `crop` fills the size and cuts what hangs over, equally at both ends; `pad` shows everything between black bars;
    `squash` gives up the proportions.
    """
    if fit == "squash":
        return Placement(size, size)
    scales = [want / have for have, want in zip(source, size, strict=True)]
    scale = max(scales) if fit == "crop" else min(scales)
    height, width = (
        want if each == scale else max(1, round(have * scale))
        for have, want, each in zip(source, size, scales, strict=True)
    )
    return Placement((height, width), size)


LONGEST = 99_999
"""Pixels of a side."""


def parse_size(text: str) -> tuple[int, int]:
    """(height, width) in pixels of `"64"` (a square) or `"48x80"` (height x width).

    Raises:
        BadInput: for anything else.
    """
    match = re.fullmatch(r"([0-9]{1,30})(?:[xX×]([0-9]{1,30}))?", text.strip())
    height, width = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not height or not width:
        raise BadInput(f"{text!r} is no size", "Give a number of pixels such as 64, or HEIGHTxWIDTH such as 48x80.")
    if max(height, width) > LONGEST:
        raise BadInput(f"a size of {text} is too large", f"A side has {LONGEST} pixels at most.")
    return height, width


def parse_box(text: str) -> Box:
    """The box of `"360x480+0+80"`: height x width, then the distance of its corner from the top and from the left.

    Raises:
        BadInput: for anything else.
    """
    match = re.fullmatch(r"([0-9]{1,5})[xX×]([0-9]{1,5})\+([0-9]{1,5})\+([0-9]{1,5})", text.strip())
    box = Box(*map(int, match.groups())) if match else Box(0, 0, 0, 0)
    if not box.height or not box.width:
        raise BadInput(f"{text!r} is no box", "Give HEIGHTxWIDTH+TOP+LEFT in pixels, such as 360x480+0+80.")
    return box


def check_fit(fit: str) -> None:
    """Refuse a way of fitting that does not exist.

    Raises:
        BadInput: naming those that do.
    """
    if fit not in get_args(Fit):
        raise BadInput(f"{fit!r} is no way to fit a picture", f"Choose one of {', '.join(get_args(Fit))}.")
