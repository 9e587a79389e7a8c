"""The options of ``fit-single``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class SingleOptions(BaseModel):
    """Options of ``fit-single``."""

    model_config = ConfigDict(extra="forbid")

    videos: list[Path] = Field(min_length=1, description="videos, or folders of them")
    inr: str | None = Field(None, description="the INR; default: that of --run, else nerf-mlp")
    out: Path | None = Field(None, description="folder of the run; default runs/single-VIDEO")
    overwrite: bool = Field(False, description="replace the run in --out")
    size: str | None = Field(None, description="HxW of a clip, or N for a height of N; default: at most 16,384 pixels")
    frames: int = Field(25, ge=1, le=100_000, description="frames of a clip; each clip has a network of its own")
    fps: float | None = Field(None, gt=0, le=1000, description="frames a second to take; default: all")
    limit: int | None = Field(None, ge=1, description="take only the first clips")
    skip_bad: bool = Field(False, description="leave out videos that cannot be read, and say which")
    steps: int | None = Field(None, ge=1, description="optimiser steps, each of up to 64 networks; default 6,000")
    seed: int = Field(0, ge=0, description="another seed, other random numbers")
    set: dict[str, Any] = Field({}, description="options of the INR")
