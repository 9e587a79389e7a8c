"""The options of INR-V and its components. Defaults are the paper's; presets change them."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Options(BaseModel):
    """No unknown keys."""

    model_config = ConfigDict(extra="forbid")


class InrVOptions(Options):
    """Options of the method ``inrv``."""

    loss: Literal["l1", "mse", "weighted-mse"] = Field(
        "l1", description="error of pixels; weighted-mse counts bright ones twice (the paper's for Moving-MNIST)"
    )
    lpips: float = Field(0.7, ge=0, description="weight of LPIPS-VGG on whole frames; 0 needs no weights file")
    lpips_weights: Path | None = Field(
        None, description="torchvision's VGG-16 weights (vgg16-397923af.pth), if not in torch's cache"
    )


class NerfMLPOptions(Options):
    """Options of the INR ``nerf-mlp``."""

    width: int = Field(256, ge=1, le=8192, description="units of a hidden layer")
    layers: int = Field(3, ge=0, le=64, description="layers from hidden to hidden")
    frequencies: int = Field(10, ge=0, le=24, description="octaves of the encoding along y and x")
    time_frequencies: int = Field(10, ge=0, le=24, description="octaves of the encoding along t")


class MLPHeadsOptions(Options):
    """Options of the hypernetwork ``mlp-heads``."""

    width: int = Field(256, ge=1, le=8192, description="units of a hidden layer")
    layers: int = Field(3, ge=0, le=64, description="layers from hidden to hidden")
    init: Literal["official", "inr"] = Field(
        "official", description="official: Kaiming / 10 last layers; inr: start at the INR's own initialisation"
    )
