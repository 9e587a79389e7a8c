"""What a task gave, for people."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from inrkit.cli import console
from inrkit.engine.observe_run import Outcome


def show_outcome(outcome: Outcome, baseline: str) -> None:
    """A table of the videos, then for each what its numbers mean and where it lies."""
    if not outcome.records:
        return
    table = Table(box=None, pad_edge=False)
    for column in ("video", "windows", "PSNR", "observed", "hidden", baseline, "best training", "seconds"):
        table.add_column(column, justify="left" if column == "video" else "right")
    for record in outcome.records:
        table.add_row(*_row(record))
    console.result(table)
    for record in outcome.records:
        console.result(f"{record['folder']}: {record['verdict']}")
        for note in record["notes"]:
            console.note(f"  {note}")
    if any(record["below_a_still_picture"] for record in outcome.records):
        console.note("Below a still picture: this is no good result. Try --refine 300, --restarts 4, or more --steps.")


def _row(record: dict[str, Any]) -> list[str]:
    scores = {name: values["psnr"] for name, values in record["scores"].items()}
    own = scores["result"]
    part = "hidden" if "hidden" in own else "all"
    return [
        record["video"].rpartition("/")[2],
        str(len(record["windows"])),
        *(f"{own[name]:.2f}" if name in own else "-" for name in ("all", "observed", "hidden")),
        f"{scores['baseline'][part]:.2f}",
        f"{scores['nearest'][part]:.2f}",
        f"{record['seconds']:.1f}",
    ]
