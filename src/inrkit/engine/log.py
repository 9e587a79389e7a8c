"""metrics.jsonl and evaluations.jsonl, one JSON object a line, and TensorBoard where it is installed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any

from inrkit.engine.files import write_atomically
from inrkit.engine.runs import Run


class Log:
    """Appends the logged steps of a run. Lines after `step`, left by an interrupted continuation, are dropped first."""

    def __init__(self, run: Run, step: int) -> None:
        for path in filter(Path.exists, (run.metrics_file, run.evaluations_file)):
            kept = [line for line in read_metrics(path) if line["step"] <= step]
            write_atomically(path, "".join(json.dumps(line) + "\n" for line in kept).encode())
        self._file = run.metrics_file.open("a")
        self._evaluations = run.evaluations_file
        self._board = _tensorboard(run.path, step)

    def __enter__(self) -> Log:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()
        if self._board:
            self._board.close()

    def write(self, record: dict[str, Any]) -> None:
        """One logged step."""
        self._file.write(json.dumps(record) + "\n")
        self._file.flush()
        if self._board:
            for name, value in record.items():
                if name != "step":
                    self._board.add_scalar(name, value, record["step"])

    def evaluated(self, record: dict[str, Any]) -> None:
        """An evaluation: ``step``, and side to name to number. Until there is one, there is no file of them."""
        with self._evaluations.open("a") as file:
            file.write(json.dumps(record) + "\n")
        sides = {side: scores for side, scores in record.items() if isinstance(scores, dict)}
        for side, scores in sides.items() if self._board else ():
            for name, value in scores.items():
                self._board.add_scalar(f"evaluation/{side}/{name}", value, record["step"])


def read_metrics(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a metrics.jsonl; one that was cut short ends it."""
    if not path.is_file():
        return
    for line in path.read_text(errors="replace").splitlines():
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            return
        if isinstance(record, dict) and isinstance(record.get("step"), int):
            yield record


def _tensorboard(folder: Path, step: int) -> Any:
    if find_spec("tensorboard") is None:
        return None
    try:
        from torch.utils.tensorboard import SummaryWriter
    except Exception:  # noqa: BLE001 - a broken one, often by another library's version, is as good as none
        return None
    return SummaryWriter(folder / "tensorboard", purge_step=step + 1)
