"""The options of the core, in the sections ``data`` and ``train``. Imported for help, so nothing heavy here."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from inrkit.engine.progressive import parse


class Strict(BaseModel):
    """No unknown keys."""

    model_config = ConfigDict(extra="forbid")


class DataOptions(Strict):
    """Section ``data``: how clips are cut."""

    frames: int = Field(25, ge=1, le=100_000, description="frames of a clip")
    stride: int | None = Field(None, ge=1, description="frames between the starts of two clips; default: no overlap")
    size: tuple[int, int] = Field((64, 64), description="height x width of a clip; N for NxN")
    fit: Literal["crop", "pad", "squash"] = Field("crop", description="what to do about another aspect ratio")
    fps: float | None = Field(None, gt=0, le=1000, description="frames a second to take; default: all frames")
    box: str | None = Field(None, description="take only HEIGHTxWIDTH+TOP+LEFT of each frame")
    avoid_cuts: bool = Field(False, description="make no clip across the cut from one shot to the next")
    skip_bad: bool = Field(False, description="leave out the videos that cannot be read")
    limit: int | None = Field(None, ge=1, description="use only the first clips")
    per_video: int | None = Field(None, ge=1, description="use only the first clips of each video")
    holdout: float | None = Field(
        None, ge=0, allow_inf_nan=False, description="videos (or, below 1, the share of them) not trained on"
    )
    val_size: int = Field(16, ge=1, description="most held-out clips to measure")

    @field_validator("size", mode="before")
    @classmethod
    def _size(cls, value: Any) -> Any:
        """64 and "48x80" as well as [48, 80]."""
        if not isinstance(value, int | str):
            return value
        height, _, width = str(value).lower().partition("x")
        return height, width or height

    @field_validator("holdout")
    @classmethod
    def _whole(cls, value: float | None) -> float | None:
        if value is not None and value > 1 and value != int(value):
            raise PydanticCustomError("whole", "should be a whole number of videos, or a share below 1")
        return value

    @field_validator("size")
    @classmethod
    def _positive(cls, value: tuple[int, int]) -> tuple[int, int]:
        if min(value) < 1:
            raise PydanticCustomError("size", "should be HxW in pixels, each at least 1")
        return value


class TrainOptions(Strict):
    """Section ``train``: how the space is found."""

    steps: int = Field(2000, ge=1, le=10**9, description="optimiser steps")
    batch: int = Field(16, ge=1, le=10**9, description="clips in a step")
    points: float = Field(0.05, gt=0, le=1, description="share of a clip's pixels in a step")
    lr: float = Field(2e-3, gt=0, allow_inf_nan=False, description="learning rate of the model and the codes")
    schedule: Literal["cosine", "constant"] = Field("cosine", description="of the learning rate")
    precision: Literal["float32", "bf16"] = Field(
        "float32", description="in which the model computes; its parameters and the loss are float32 in any case"
    )
    warmup: int = Field(50, ge=0, le=10**9, description="steps over which the learning rate rises")
    clip: float = Field(0.0, ge=0, allow_inf_nan=False, description="largest norm of the model's gradient; 0: any")
    progressive: str | None = Field(
        None, description="VIDEOS:EPOCHS of stages of more and more videos, as 25:200,100:200,all:500; or paper, none"
    )
    checkpoint_every: int | None = Field(None, ge=1, description="steps between checkpoints; default: 10 in all")
    keep: int = Field(2, ge=1, description="checkpoints to keep, the newest ones")
    sheet_every: int | None = Field(None, ge=1, description="steps between sample sheets; default: 10 in all")
    log_every: int | None = Field(None, ge=1, description="steps between logged lines; default: 100 in all")
    eval_every: int | None = Field(None, ge=1, description="steps between evaluations; default: none before the end")
    eval_metrics: str = Field("psnr", description="what they measure, as psnr,ssim; of pairs only")
    eval_clips: int = Field(8, ge=1, description="training clips, and held-out clips, that they look at")
    eval_batch: int = Field(4, ge=1, description="clips they hold in memory at once")
    metrics_device: str | None = Field(None, description="where their metrics compute; default: where the model is")

    @field_validator("progressive", mode="before")
    @classmethod
    def _schedule(cls, value: Any) -> Any:
        """Of one number alone as well; "none" takes back what a preset says."""
        text = str(value) if isinstance(value, int) else value
        if text in (None, "none"):
            return None
        try:
            parse(text if isinstance(text, str) else "")
        except ValueError as error:
            raise PydanticCustomError("progressive", "{reason}", {"reason": str(error)}) from error
        return text

    def every(self, name: Literal["checkpoint", "sheet", "log"]) -> int:
        """The steps between two checkpoints, sheets or logged lines."""
        chosen: int | None = getattr(self, f"{name}_every")
        return chosen or max(1, self.steps // (100 if name == "log" else 10))
