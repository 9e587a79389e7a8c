"""The options of SIREN and of Fourier features. Imported for help, so nothing heavy here."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class MLPOptions(BaseModel):
    """Of any MLP; no unknown keys."""

    model_config = ConfigDict(extra="forbid")

    width: int = Field(128, ge=1, le=8192, description="units of a hidden layer")
    layers: int = Field(3, ge=0, le=64, description="layers from hidden to hidden")


class SirenOptions(MLPOptions):
    """Options of the INR ``siren``."""

    w0: float | None = Field(
        None,
        gt=0,
        le=1e6,
        description="how fast the first sines turn along y and x; default 30, less for clips of fewer than 64 pixels",
    )
    w0_time: float | None = Field(
        None, gt=0, le=1e6, description="along t; default 30, less for clips of fewer than 64 frames"
    )
    w0_hidden: float = Field(
        3, gt=0, le=1e6, description="factor in the other sines; the initial weights are smaller by it, so learn faster"
    )


class FourierOptions(MLPOptions):
    """Options of the INR ``fourier``."""

    features: int = Field(64, ge=1, le=8192, description="waves, each a sine and a cosine; the same for all videos")
    scale: float | None = Field(
        None,
        gt=0,
        le=1e6,
        description="standard deviation of their frequencies along y and x, in waves from edge to edge; "
        "default a 32nd of the pixels",
    )
    scale_time: float | None = Field(
        None, gt=0, le=1e6, description="that along t, in waves a clip; default a 32nd of the frames"
    )
