"""The options of the components. They are read for help, so nothing heavy is imported here."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Options(BaseModel):
    """No unknown keys."""

    model_config = ConfigDict(extra="forbid")


class PatchDictionaryOptions(Options):
    """Options of the INR ``patch-dictionary``."""

    still_patch: int = Field(4, ge=1, le=1024, description="side of a patch of the still picture, in training pixels")
    motion_patch: int = Field(8, ge=1, le=1024, description="side of a patch of what moves, in training pixels")
    numbers: int = Field(256, ge=1, le=65536, description="numbers of a frame, from which what moves in it is made")
    channels: int = Field(32, ge=1, le=4096, description="numbers of each patch of motion, where a frame has several")
    time_terms: int = Field(8, ge=1, le=1024, description="functions of time that motion is made of")
    layers: int = Field(1, ge=0, le=64, description="residual layers between those and the numbers of a frame")


class LatentGridsOptions(Options):
    """Options of the encoder ``latent-grids``."""

    still: int = Field(16, ge=1, le=65536, description="numbers for each patch of the still picture")
    motion: int = Field(64, ge=1, le=65536, description="numbers for all that moves in a clip")
    deviation: float = Field(0.3, gt=0, description="standard deviation of the first codes")


class GridNetsOptions(Options):
    """Options of the hypernetwork ``grid-nets``."""

    still_layers: int = Field(1, ge=0, le=64, description="residual layers of the network of the still picture")
    motion_layers: int = Field(0, ge=0, le=64, description="residual layers of the network of motion")
    kernel: int = Field(3, ge=1, le=31, description="side of the first filters, in patches; odd")
