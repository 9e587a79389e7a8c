"""The options of the task."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

ENDS = "0,-1"
"""The first frame and the last."""


class InterpolationOptions(BaseModel):
    """Options of ``interpolate-frames``."""

    model_config = ConfigDict(extra="forbid")

    observed: str | None = Field(
        None, description=f"frames that are seen, from 0, at the frame rate of the run; -1 is the last; default {ENDS}"
    )
    every: int | None = Field(None, ge=2, description="see every so many frames instead, the first among them")
    factor: int | None = Field(
        None, ge=2, le=100, description="see all frames instead, and show so many times the frames a second"
    )

    @field_validator("observed")
    @classmethod
    def _numbers(cls, observed: str | None) -> str | None:
        if observed is not None:
            numbers(observed)
        return observed

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if sum(value is not None for value in (self.observed, self.every, self.factor)) > 1:
            raise ValueError("--observed, --every and --factor exclude each other")
        return self

    def frames(self, count: int) -> list[int]:
        """The frames that are seen of a clip of `count`; they may be outside of it."""
        if self.factor is not None:
            return list(range(count))
        if self.every is not None:
            return list(range(0, count, self.every))
        return [n + count if n < 0 else n for n in numbers(self.observed or ENDS)]


def numbers(text: str) -> list[int]:
    """``"0,-1"`` to ``[0, -1]``.

    Raises:
        ValueError: It is no list of whole numbers.
    """
    try:
        return [int(word) for word in text.split(",")]
    except ValueError:
        raise ValueError(f"{text!r} is no list of frames such as {ENDS}") from None
