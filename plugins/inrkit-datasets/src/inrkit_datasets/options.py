"""The options of the data sets."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class Options(BaseModel):
    """No unknown keys."""

    model_config = ConfigDict(extra="forbid")


class CopyOptions(Options):
    """Options of a data set that is read from a copy."""

    path: Path | None = Field(None, description="your copy: a folder, or a text file that lists its videos")


class Ucf101Options(CopyOptions):
    """Options of ``ucf101``."""

    split: int = Field(1, ge=1, le=3, description="of its three ways to hold out videos of some actors")


class MovingMnistOptions(Options):
    """Options of ``moving-mnist``."""

    path: Path | None = Field(
        None, description="your digits: MNIST's train-images-idx3-ubyte(.gz), .npy or .npz; without it scikit-learn's"
    )
    count: int = Field(10_000, ge=1, le=1_000_000, description="training videos to draw")
    held_out: int = Field(100, ge=0, le=1_000_000, description="further videos, of digits never trained on")
    digits: int = Field(2, ge=1, le=16, description="digits in a video")
    seed: int = Field(0, ge=0, description="another seed gives other videos")
