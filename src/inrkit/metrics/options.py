"""Options of the metrics. Imported for help, so nothing heavy here."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class LpipsOptions(BaseModel):
    """Options of the metric ``lpips``."""

    model_config = ConfigDict(extra="forbid")

    net: Literal["alex", "vgg"] = Field(
        "alex", description="the network: alex is usual for measuring, vgg for training"
    )
    backbone: Path | None = Field(
        None,
        description="torchvision's weights of that network (alexnet-owt-7be5be79.pth, vgg16-397923af.pth), "
        "if not in torch's cache",
    )


class NearestOptions(BaseModel):
    """Options of the metric ``nearest``."""

    model_config = ConfigDict(extra="forbid")

    finalists: int = Field(
        32,
        ge=1,
        le=100_000,
        description="real videos, at most, that each generated one is compared with pixel by pixel",
    )
