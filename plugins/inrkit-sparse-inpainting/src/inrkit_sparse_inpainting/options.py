"""The options of the task."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class SparseOptions(BaseModel):
    """Options of ``sparse-inpaint``."""

    model_config = ConfigDict(extra="forbid")

    keep: float = Field(0.25, gt=0, le=1, allow_inf_nan=False, description="share of the pixels that are seen")
    mask_seed: int = Field(0, ge=0, description="another seed, other pixels")
