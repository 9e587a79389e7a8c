"""The folder of a run. Without torch, so that what is in it is said at once."""

from __future__ import annotations

import shutil
from functools import cached_property
from pathlib import Path
from shlex import quote
from typing import Any

from pydantic import ValidationError

from inrkit.engine.config import FORMAT, Result, RunConfig
from inrkit.engine.state import list_checkpoints
from inrkit.errors import BadInput

RUNS = Path("runs")


class Run:
    """A folder with config.json, metrics.jsonl, checkpoints/, samples/ and, once finished, result.json.

    Evaluations add evaluations.jsonl during the training, and evaluation.json after it.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.config_file = self.path / "config.json"
        self.metrics_file = self.path / "metrics.jsonl"
        self.evaluations_file = self.path / "evaluations.jsonl"
        self.evaluation_file = self.path / "evaluation.json"
        self.result_file = self.path / "result.json"
        self.checkpoints = self.path / "checkpoints"
        self.samples = self.path / "samples"

    @cached_property
    def config(self) -> RunConfig:
        """What it was made from."""
        config = RunConfig.read(self.config_file)
        if config.format != FORMAT:
            raise BadInput(f"{self.path} has format {config.format}, this inrkit reads {FORMAT}", "Update inrkit.")
        return config

    @property
    def to_resume(self) -> str:
        """The command that goes on with it, for a shell."""
        return f"inrkit train --resume --out {quote(str(self.path))}"

    @property
    def exists(self) -> bool:
        """Whether there is a run in the folder."""
        return self.config_file.is_file()

    @property
    def finished(self) -> bool:
        """Whether training and the measurements after it are done."""
        return self.result_file.is_file()

    @property
    def result(self) -> dict[str, Any] | None:
        """The measurements after training, if finished."""
        try:
            result = Result.model_validate_json(self.result_file.read_bytes())
        except FileNotFoundError:
            return None
        except ValidationError as error:
            wrong = error.errors()[0]
            where = ".".join(str(part) for part in wrong["loc"]) or "the file"
            hint = "Delete it and resume the run."
            raise BadInput(f"{self.result_file} is damaged: {where}: {wrong['msg']}", hint) from error
        return result.model_dump(exclude_none=True)

    def clear(self) -> None:
        """Delete the run, and nothing else that lies in its folder. config.json goes last: till then it is a run."""
        logs = (self.metrics_file, self.evaluations_file)
        for part in (self.result_file, self.evaluation_file, *logs, self.path / "report.html"):
            part.unlink(missing_ok=True)
        for folder in (self.checkpoints, self.samples, self.path / "tensorboard"):
            if folder.exists():
                shutil.rmtree(folder)
        self.config_file.unlink(missing_ok=True)

    def tidy(self) -> None:
        """Delete what a killed process left half-written."""
        for left in self.checkpoints.glob(".step-*.tmp"):
            shutil.rmtree(left, ignore_errors=True)
        for left in self.path.glob(".*.tmp"):
            left.unlink(missing_ok=True)

    def newest_checkpoint(self) -> Path | None:
        """The last whole checkpoint, if any."""
        return next(reversed(list_checkpoints(self.checkpoints)), None)


def newest_run(folder: Path = RUNS) -> Run:
    """The run changed last under `folder`.

    Raises:
        BadInput: There is none.
    """
    runs = sorted(folder.glob("*/config.json"), key=lambda path: path.stat().st_mtime)
    if not runs:
        raise BadInput(f"there is no run under {folder}/", "Train one: inrkit train --plugin inrv")
    return Run(runs[-1].parent)
