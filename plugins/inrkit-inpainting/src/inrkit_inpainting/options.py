"""The options of the task."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Half = Literal["top", "bottom", "left", "right"]


class InpaintingOptions(BaseModel):
    """Options of ``inpaint``."""

    model_config = ConfigDict(extra="forbid")

    keep: Half | None = Field(None, description="the half of the picture that is seen; default top")
    box: str | None = Field(None, description="hide y0,x0,y1,x1 instead, in pixels of the input; y1 and x1 are seen")
    mask: Path | None = Field(None, description="hide what is white in this picture, or video, of the input's size")

    @field_validator("box")
    @classmethod
    def _four_numbers(cls, box: str | None) -> str | None:
        if box is not None:
            corners(box)
        return box

    @field_validator("mask")
    @classmethod
    def _exists(cls, mask: Path | None) -> Path | None:
        if mask is not None and not mask.exists():
            raise ValueError(f"{mask} does not exist")
        return mask

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if sum(value is not None for value in (self.keep, self.box, self.mask)) > 1:
            raise ValueError("--keep, --box and --mask exclude each other")
        return self

    @property
    def half(self) -> Half | None:
        """The half that is seen; None: a box or a mask says what is hidden."""
        return None if self.box is not None or self.mask is not None else self.keep or "top"


def corners(text: str) -> tuple[int, int, int, int]:
    """``"8,8,24,40"`` to ``(8, 8, 24, 40)``: y0, x0, y1, x1.

    Raises:
        ValueError: It is no such box, or an empty one.
    """
    try:
        y0, x0, y1, x1 = (int(word) for word in text.split(","))
    except ValueError:
        raise ValueError(f"{text!r} is no box y0,x0,y1,x1 such as 8,8,24,40") from None
    if y0 >= y1 or x0 >= x1:
        raise ValueError(f"the box {text} is empty: y0 must be less than y1, and x0 less than x1")
    return y0, x0, y1, x1
