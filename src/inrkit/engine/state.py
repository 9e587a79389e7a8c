"""Which checkpoints there are, and what state.json says of each. Without torch, so that it is said at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from inrkit.errors import BadInput

STATE = "state.json"
DAMAGED = "It is damaged, or was edited. Delete it to go on with the one before it."


class Imported(BaseModel):
    """Which file a checkpoint was made from."""

    model_config = ConfigDict(strict=True, extra="allow")

    file: str
    tensors: int


class State(BaseModel):
    """What state.json says of a checkpoint."""

    model_config = ConfigDict(strict=True, extra="allow", allow_inf_nan=False)

    step: int = Field(ge=0, le=10**9)
    model_sha256: str = ""
    seconds: float = Field(0, ge=0)
    best_psnr: float | None = None
    clips: int = Field(0, ge=0)
    imported: Imported | None = None


def list_checkpoints(folder: Path) -> list[Path]:
    """The whole checkpoints in a folder, oldest first."""
    return sorted(path.parent for path in folder.glob(f"step-*/{STATE}"))


def read_state(checkpoint: Path) -> dict[str, Any]:
    """The content of state.json.

    Raises:
        BadInput: It is no JSON object with a step.
    """
    try:
        return State.model_validate_json((checkpoint / STATE).read_bytes()).model_dump(exclude_unset=True)
    except OSError as error:
        raise BadInput(f"checkpoint {checkpoint} cannot be read: {error}", DAMAGED) from error
    except ValidationError as error:
        wrong = error.errors()[0]
        where = ".".join(str(part) for part in wrong["loc"]) or "the file"
        raise BadInput(f"checkpoint {checkpoint} cannot be read: {STATE}: {where}: {wrong['msg']}", DAMAGED) from error
