"""Options of the tasks that look at a space of videos. Imported for help, so nothing heavy here."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class SampleOptions(BaseModel):
    """Options of ``sample``."""

    model_config = ConfigDict(extra="forbid")

    n: int = Field(16, ge=1, le=65_536, description="videos to draw")
    sampler: str = Field("slerp", description="how: slerp, gaussian, gmm, or one of a plugin")
    paper: bool = Field(False, description="the published protocol: slerp, end points included")
    seed: int = Field(0, ge=0, description="another seed, other videos")
    each: bool = Field(False, description="write each video and its latents, too")
    out: Path = Field(Path("results/sample"), description="folder for the results; what is there is replaced")
    set: dict[str, Any] = Field({}, description="any option of the sampler")


class InterpolateOptions(BaseModel):
    """Options of ``interpolate``."""

    model_config = ConfigDict(extra="forbid")

    videos: list[Path] = Field(
        title="A B [C D]",
        description="two ends, or the corners of a square: each the number of a training clip, a video, which is "
        "inverted, or a latents.safetensors",
    )
    steps: int = Field(10, ge=2, le=1000, description="videos from one end to the other, both included")
    way: Literal["slerp", "linear"] = Field("slerp", description="along a great circle, or straight")
    loop: bool = Field(False, description="repeat a video that is shorter than a clip")
    hold: bool = Field(False, description="let the last frame of a video that is shorter than a clip stand")
    seed: int = Field(0, ge=0, description="of the inversion of videos")
    each: bool = Field(False, description="write each video and its latents, too")
    out: Path = Field(Path("results/interpolate"), description="folder for the results; what is there is replaced")
