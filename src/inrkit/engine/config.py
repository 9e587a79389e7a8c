"""Everything a run was made from, as plain data: what config.json holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, model_validator

from inrkit.engine.options import DataOptions, Strict, TrainOptions
from inrkit.engine.progressive import Stage
from inrkit.errors import BadInput

FORMAT = 1
"""The version of the layout of config.json and of checkpoints."""


Frames = Annotated[int, Field(ge=1, le=100_000)]
Pixels = Annotated[int, Field(ge=1, le=32_768)]


class ComponentConfig(Strict):
    """One named, installed thing and its options."""

    name: str
    distribution: str
    version: str
    options: dict[str, Any] = Field(default_factory=dict)


class DataConfig(Strict):
    """Where the clips came from."""

    source: str | None = Field(description="what was given as SOURCE; None for an imported run")
    dataset: ComponentConfig | None = None
    val: str | None = None
    options: DataOptions
    clip_shape: tuple[Frames, Pixels, Pixels]
    fps: float = Field(25.0, gt=0, allow_inf_nan=False)
    clips: list[str] = Field(default_factory=list, description="the training clips, in the order of their codes")
    held_out: list[str] = Field(default_factory=list)
    content: str | None = Field(None, description="sha256 of the pixels of all these clips")
    notes: list[str] = Field(default_factory=list)


class Measured(Strict):
    """PSNR of some clips in dB, mean over clips, and of the static floor beside it."""

    clips: int
    psnr: float
    static_floor: float
    above_floor: float
    worst: float
    best: float
    fit_steps: int | None = None
    fit_seconds_per_clip: float | None = None


class Result(Strict):
    """What result.json holds: the measurements at the end of a run."""

    steps: int
    seconds: float | None = None
    clips_per_second: float | None = None
    train: Measured | None = None
    held_out: Measured | None = None


class RunConfig(Strict):
    """What config.json holds."""

    format: int = FORMAT
    inrkit: str
    preset: str | None
    method: ComponentConfig
    encoder: ComponentConfig
    hypernetwork: ComponentConfig
    inr: ComponentConfig
    data: DataConfig
    train: TrainOptions
    stages: list[Stage] = Field(default_factory=list, description="of a progressive training")
    seed: int = Field(0, ge=0)
    device: str = "cpu"
    init_from: str | None = None
    environment: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_after_another(self) -> RunConfig:
        """Stages fill the training without gaps, each of clips that there are."""
        begins = [0, *(stage.end for stage in self.stages)]
        if self.stages and begins != [*(stage.begin for stage in self.stages), self.train.steps]:
            raise ValueError("stages do not follow one another to the last step")
        if any(stage.clips > len(self.data.clips) for stage in self.stages):
            raise ValueError("a stage has more clips than the run")
        return self

    def save(self, path: Path) -> None:
        """Write it as JSON, whole or not at all."""
        from inrkit.engine.files import write_atomically

        write_atomically(path, (self.model_dump_json(indent=2) + "\n").encode())

    @classmethod
    def read(cls, path: Path) -> RunConfig:
        """The configuration in a config.json.

        Raises:
            BadInput: It is missing, no JSON, or does not say what a run's configuration must.
        """
        try:
            return cls.model_validate_json(path.read_bytes())
        except FileNotFoundError as error:
            raise BadInput(f"{path.parent} is no run: it has no {path.name}", "Name the folder of a run.") from error
        except OSError as error:
            raise BadInput(f"{path} cannot be read: {error.strerror}", "Name the folder of a run.") from error
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "the file"
            raise BadInput(
                f"{path} is no run's configuration: {where}: {first['msg']}",
                "The file is damaged, or was made by something else or by another version of inrkit.",
            ) from error
