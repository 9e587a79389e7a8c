"""The options of the components. They are read for help, so nothing heavy is imported here."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt


class Options(BaseModel):
    """No unknown keys."""

    model_config = ConfigDict(extra="forbid")


class VitOptions(Options):
    """Options of the encoder ``vit``."""

    size: int = Field(64, ge=1, le=65536, description="numbers of a latent")
    tokens: tuple[PositiveInt, PositiveInt, PositiveInt] = Field(
        (5, 4, 4), description="tubelets that a clip is cut into along t, y and x"
    )
    patch: tuple[PositiveInt, PositiveInt, PositiveInt] = Field(
        (5, 8, 8), description="area averages that are seen of each tubelet along t, y and x"
    )
    width: int = Field(64, ge=1, le=8192, description="numbers of a token")
    depth: int = Field(2, ge=0, le=64, description="transformer blocks")
    heads: int = Field(4, ge=1, le=64, description="attention heads; width is a multiple of it")


class ModulationOptions(Options):
    """What hypernetworks of low-rank modulations have in common."""

    rank: int = Field(4, ge=1, le=1024, description="rank of what a video changes of a matrix")
    mode: Literal["add", "multiply"] = Field("add", description="what is done with the initial weights")
    deviation: float = Field(
        0.1, gt=0, description="how far the first videos' weights are from the initial ones, relative to those"
    )


class LowRankOptions(ModulationOptions):
    """Options of the hypernetwork ``lowrank``."""

    width: int = Field(256, ge=1, le=8192, description="units of a hidden layer")
    layers: int = Field(1, ge=0, le=64, description="hidden layers; 0: modulations are linear in the latents")


class TransformerOptions(ModulationOptions):
    """Options of the hypernetwork ``transformer``."""

    width: int = Field(64, ge=1, le=8192, description="numbers of a token")
    depth: int = Field(2, ge=1, le=64, description="transformer blocks")
    heads: int = Field(4, ge=1, le=64, description="attention heads; width is a multiple of it")
    latent_tokens: int = Field(8, ge=1, le=4096, description="tokens that a latent without an axis of them becomes")


class PatternMLPOptions(Options):
    """Options of the INR ``pattern-mlp``."""

    width: int = Field(64, ge=1, le=8192, description="units of a hidden layer")
    layers: int = Field(3, ge=0, le=64, description="layers after the composed one, which all videos share")
    patterns: int = Field(64, ge=1, le=8192, description="patterns of a video, of which its one own layer is composed")
    own: bool = Field(False, description="let all layers differ per video: for a video without a space (--direct)")
