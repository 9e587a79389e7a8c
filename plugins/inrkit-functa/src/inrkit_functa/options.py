"""The options of the components. They are read for help, so nothing heavy is imported here."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Options(BaseModel):
    """No unknown keys."""

    model_config = ConfigDict(extra="forbid")


class ModulatedSirenOptions(Options):
    """Options of the INR ``modulated-siren``."""

    width: int = Field(128, ge=1, le=8192, description="units of a hidden layer")
    layers: int = Field(4, ge=1, le=64, description="sine layers")
    w0: float = Field(30.0, gt=0, description="what each sine layer multiplies its input with (SIREN's omega)")
    rank: int = Field(0, ge=0, le=256, description="rank of what a video adds to each layer after the first; 0: shifts")
    per_frame: bool = Field(False, description="modulations for each frame, joined linearly over time")


class ModulationsOptions(Options):
    """Options of the hypernetwork ``modulations``."""

    deviation: float = Field(1.0, gt=0, description="spread of the first modulations of a latent of spread 1")


class InnerLoopOptions(Options):
    """Options of the encoder ``inner-loop``."""

    size: int = Field(64, ge=1, le=65536, description="numbers of a latent")
    steps: int = Field(3, ge=1, le=100, description="gradient steps from the start to a latent while it trains")
    points: int = Field(300, ge=1, description="pixels of a clip seen in each of them")
    sure_steps: int = Field(30, ge=1, le=10_000, description="steps once it is trained")
    sure_points: int = Field(1000, ge=1, description="and the pixels of these")
    rate: float = Field(0.05, gt=0, description="size of a step at first; each number of the latent learns its own")
    second_order: bool = Field(True, description="train through the steps' gradients; false is cheaper and worse")


class ClipAndFramesOptions(Options):
    """Options of the encoder ``clip-and-frames``."""

    size: int = Field(64, ge=1, le=65536, description="numbers for the clip")
    frame_size: int = Field(4, ge=1, le=65536, description="numbers for each frame")
