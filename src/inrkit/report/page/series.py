"""Numbers of a log, read as a file from outside: whatever is none is left out."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from inrkit.engine.log import read_metrics

MOST_BYTES = 2**28
"""Of a log; each step in it takes about 200."""


def logged(file: Path) -> list[dict[str, Any]]:
    """The lines of a metrics.jsonl or evaluations.jsonl; none if there is no such file, or an immense one."""
    return list(read_metrics(file)) if file.is_file() and file.stat().st_size <= MOST_BYTES else []


def series(records: list[dict[str, Any]], name: str) -> list[tuple[float, float]]:
    """(step, value) wherever a number was logged."""
    return [
        (float(record["step"]), float(record[name]))
        for record in records
        if _is_number(record["step"]) and _is_number(record.get(name))
    ]


def _is_number(value: Any) -> bool:
    known = isinstance(value, int | float) and not isinstance(value, bool)
    return known and abs(value) < 1e30 and math.isfinite(value)
