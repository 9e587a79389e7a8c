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
    prior: float | None = Field(
        None, ge=0, description="weight of the Gaussian prior on codes; default: 0.05 of Gaussian codes, else none"
    )
    lpips_weights: Path | None = Field(
        None, description="torchvision's VGG-16 weights (vgg16-397923af.pth), if not in torch's cache"
    )


class VideoClipOptions(Options):
    """Options of the encoder ``videoclip``."""

    size: int = Field(64, ge=1, le=65_536, description="numbers in the latent of a video")
    code: int = Field(512, ge=1, le=65_536, description="numbers in the learned code of a video")
    model: str = Field("ViT-B-32-quickgelu", description="CLIP's image network, as open_clip names it")
    weights: Path | None = Field(
        None, description="its weights, a safetensors file; default: OpenAI's of Hugging Face's cache"
    )
    normalise: bool = Field(True, description="colours as CLIP was trained on; false: as the official code leaves them")
    features: int = Field(512, ge=1, le=8192, description="numbers that CLIP gives of a frame")
    units: int = Field(256, ge=1, le=8192, description="units of the GRU in each direction")
    layers: int = Field(3, ge=1, le=16, description="layers of the GRU")
    dropout: float = Field(0.1, ge=0, lt=1, description="between the layers of the GRU")
    merge: int = Field(512, ge=1, le=8192, description="units of the layer that joins video and code")


class GaussianCodebookOptions(Options):
    """Options of the encoder ``gaussian-codebook``."""

    size: int = Field(64, ge=1, le=65_536, description="numbers in the latent of a video")


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
