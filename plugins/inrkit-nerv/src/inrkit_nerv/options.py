"""The options of the methods and of their components."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt


class Options(BaseModel):
    """No unknown keys."""

    model_config = ConfigDict(extra="forbid")


class MethodOptions(Options):
    """Options of the methods ``nerv`` and ``hnerv``."""

    loss: Literal["mse", "l1"] = Field("mse", description="error of pixels")


class DecoderOptions(Options):
    """What all decoders have."""

    width: int = Field(48, ge=1, le=8192, description="channels of the smallest feature maps")
    reduce: float = Field(1.5, ge=1, le=16, allow_inf_nan=False, description="channels fall by this in each block")
    strides: list[PositiveInt] | None = Field(
        None, max_length=16, description="how much each block enlarges, the smallest first; default: 2 as often as fits"
    )
    head: int = Field(4, ge=1, le=64, description="how much the last convolution enlarges: more is faster")


class NeRVOptions(DecoderOptions):
    """Options of the INR ``nerv``."""

    hidden: int = Field(32, ge=1, le=65_536, description="units between the encoded t and the first feature maps")


class SharedNeRVOptions(DecoderOptions):
    """Options of the INR ``nerv-shared``."""

    hidden: int = Field(256, ge=1, le=65_536, description="units of the layers before the first feature maps")
    layers: int = Field(2, ge=1, le=64, description="of such layers")


class HNeRVOptions(DecoderOptions):
    """Options of the INR ``hnerv``."""

    channels: int = Field(8, ge=1, le=4096, description="channels of the embedding of a frame")
    own: bool = Field(False, description="let the decoder differ per video as well: for a video without a space")


class FrameCodebookOptions(Options):
    """Options of the encoder ``frame-codebook``."""

    size: int = Field(64, ge=1, le=65_536, description="numbers in the code of a video")
    frame_size: int = Field(8, ge=1, le=65_536, description="numbers in the code of a frame")


class FrameEncoderOptions(Options):
    """Options of the encoder ``hnerv-encoder``."""

    width: int = Field(32, ge=1, le=8192, description="channels of its feature maps")
    channels: int = Field(8, ge=1, le=4096, description="of an embedding, where the INR does not say")


class ModulationOptions(Options):
    """Options of the hypernetwork ``modulation``."""

    layers: int = Field(0, ge=0, le=64, description="hidden layers; 0 is a linear map")
    width: int = Field(256, ge=1, le=8192, description="units of a hidden layer")
    deviation: float = Field(
        12.0, gt=0, description="of the first changes by latents of deviation 1: 12 is for codes, which begin at 0.01"
    )
