"""The options of the task."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class PredictionOptions(BaseModel):
    """Options of ``predict``."""

    model_config = ConfigDict(extra="forbid")

    observed: int = Field(4, ge=1, description="frames that are seen, at the frame rate of the run")
