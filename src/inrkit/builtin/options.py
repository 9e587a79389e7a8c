"""Options of the components that come with the core."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class CodebookOptions(BaseModel):
    """Options of the encoder ``codebook``."""

    model_config = ConfigDict(extra="forbid")

    size: int = Field(64, ge=1, le=65_536, description="numbers in the latent code of a video")


class ToyOptions(BaseModel):
    """Options of the dataset ``toy``."""

    model_config = ConfigDict(extra="forbid")

    count: int = Field(64, ge=1, le=1_000_000, description="training videos to generate")
    held_out: int = Field(16, ge=0, le=1_000_000, description="further videos, with motions never trained on")
    seed: int = Field(0, ge=0, description="another seed gives other videos")
