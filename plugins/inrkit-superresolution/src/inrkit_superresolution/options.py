"""The options of the task."""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict, Field, field_validator


class SuperresolutionOptions(BaseModel):
    """Options of ``superresolve``."""

    model_config = ConfigDict(extra="forbid")

    low: int | None = Field(
        None, ge=1, description="reduce the video to so many rows, and measure by it; default: it is what is seen"
    )
    size: str | None = Field(
        None,
        description="of the result: HxW, or N for a height of N in the video's proportions; default: with --low that "
        "of the video, else as large as the run's clips are; with --direct: of its clips, too",
    )

    @field_validator("size")
    @classmethod
    def _is_one(cls, size: str | None) -> str | None:
        if size is not None:
            sides(size)
        return size


class Settled(SuperresolutionOptions):
    """Those of a video which is what is seen.

    Attributes:
        pixels: (rows, columns) of the video's own that the picture of a clip shows.
        scale: Rows of a clip for each of these.
    """

    pixels: tuple[int, int]
    scale: float


def sides(size: str) -> tuple[int, int | None]:
    """(height, width) of ``"48x80"``, and (height, None) of ``"48"``.

    Raises:
        ValueError: It is no such size.
    """
    match = re.fullmatch(r"([1-9][0-9]{0,4})(?:[xX×]([1-9][0-9]{0,4}))?", size.strip())
    if not match:
        raise ValueError(f"{size!r} is no size: give a height such as 128, or HEIGHTxWIDTH such as 128x96")
    return int(match[1]), int(match[2]) if match[2] else None
