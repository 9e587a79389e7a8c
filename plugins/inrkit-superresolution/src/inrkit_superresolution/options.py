"""The options of the task."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class SuperresolutionOptions(BaseModel):
    """Options of ``superresolve``."""

    model_config = ConfigDict(extra="forbid")

    low: int = Field(8, ge=1, description="rows of pixels that are seen; columns in proportion")
