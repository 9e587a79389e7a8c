"""What a task gave, for people."""

from __future__ import annotations

import math
from shlex import quote
from typing import Any

from rich.table import Column, Table

from inrkit.cli import console
from inrkit.engine.observe_run import Outcome
from inrkit.interfaces import TaskResult

MORE = "--direct (a network of its own for this video), --refine 300, --restarts 4, or more --steps"
"""What to try where the space of a run does not hold a video."""


def show_outcome(outcome: Outcome, baseline: str, *, direct: bool = False) -> None:
    """A table of the videos, then for each what its numbers mean and where it lies."""
    if not outcome.records:
        return
    table = Table(box=None, pad_edge=False)
    others = ("numbers",) if direct else ("best training",)
    for column in ("video", "windows", "PSNR", "observed", "hidden", baseline, *others, "seconds"):
        table.add_column(column, justify="left" if column == "video" else "right")
    for record in outcome.records:
        table.add_row(*_row(record, direct))
    console.result(table)
    for record in outcome.records:
        console.result(f"{record['folder']}: {record['verdict']}")
        for note in record["notes"]:
            console.note(f"  {note}")
    if any(record["below_a_still_picture"] for record in outcome.records):
        ways = "more --steps, or a larger network: -o KEY=VALUE" if direct else MORE
        console.note(f"Below a still picture: this is no good result. Try {ways}.")
    if direct:
        folder = outcome.records[0]["folder"]
        what = f"{quote(f'{folder}/run')} --latents {quote(f'{folder}/latents.safetensors')}"
        console.note(f"At any size: inrkit render {what} --size N --out FILE")


def show_result(result: TaskResult) -> None:
    """What a task says that does everything itself: lines; a list of dictionaries is a table."""
    for key, value in result.record.items():
        if isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
            console.result(_table(value))
        elif isinstance(value, list) and all(isinstance(line, str) for line in value):
            for line in value:
                console.result(f"{key}: {line}")
        elif value != {}:
            console.result(f"{key}: {value}")
    for path in result.files:
        console.result(f"written: {path}")


def _table(rows: list[dict[str, Any]]) -> Table:
    columns = list(dict.fromkeys(key for row in rows for key in row))
    table = Table(*(Column(name.replace("_", " "), overflow="fold") for name in columns), box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(str(row.get(name, "")) for name in columns))
    return table


def _row(record: dict[str, Any], direct: bool) -> list[str]:
    scores = {name: values["psnr"] for name, values in record["scores"].items()}
    own = scores.get("result", {})
    part = "hidden" if "hidden" in own else "all"
    return [
        record["video"].rpartition("/")[2],
        str(len(record["windows"])),
        *(_decibels(own.get(name)) for name in ("all", "observed", "hidden")),
        _decibels(scores.get("baseline", {}).get(part)),
        f"{record['numbers_stored']:,}" if direct else _decibels(scores.get("nearest", {}).get(part)),
        f"{record['seconds']:.1f}",
    ]


def _decibels(value: float | None) -> str:
    """A PSNR; "-" where there is no truth, or nothing of that kind."""
    return "-" if value is None else "exact" if math.isinf(value) else f"{value:.2f}"
