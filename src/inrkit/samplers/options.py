"""Options of the samplers. Imported for help, so nothing heavy here."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class SlerpOptions(BaseModel):
    """Options of the sampler ``slerp``."""

    model_config = ConfigDict(extra="forbid")

    ends: bool = Field(False, description="draw end points as well, which are training videos: the paper does")


class GaussianOptions(BaseModel):
    """Options of the sampler ``gaussian``."""

    model_config = ConfigDict(extra="forbid")

    shrink: float | None = Field(
        None,
        ge=0,
        le=1,
        description="how far correlations are shrunk towards none; default: not at all with more clips than numbers in "
        "a latent, else by the estimate of Chen et al. (2010)",
    )


class GmmOptions(BaseModel):
    """Options of the sampler ``gmm``."""

    model_config = ConfigDict(extra="forbid")

    components: int | None = Field(None, ge=1, le=1000, description="of the mixture; default: by BIC, at most 8")
    keep: float = Field(
        0.8, gt=0, le=1, description="share of the variance in the directions in which components differ"
    )
    steps: int = Field(200, ge=1, le=100_000, description="of expectation and maximisation, at most")
