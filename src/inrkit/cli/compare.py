"""`inrkit compare`: runs beside each other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inrkit.cli.flags import AsJson

if TYPE_CHECKING:
    from rich.table import Table


def compare(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Folders of runs.")],
    as_json: AsJson = False,
) -> None:
    """Show runs in one table: what they are made of, what they took, and how good they are."""
    from inrkit.cli import console
    from inrkit.engine.comparing import compare_runs

    facts = compare_runs(runs)
    if as_json:
        console.result_json(facts)
        return
    console.result(comparison_table(facts))
    if len({one["clips_sha256"] or one["run"] for one in facts}) > 1:
        console.note("Not of the same clips: their PSNR cannot be compared, only how far each is above its floor.")


def comparison_table(facts: list[dict[str, Any]]) -> Table:
    """A column for each run."""
    from rich.table import Table

    from inrkit.cli.units import duration

    table = Table("", *(each["run"] for each in facts), box=None, pad_edge=False)

    def row(name: str, text: Any) -> None:
        table.add_row(name, *(text(each) for each in facts))

    row("method", lambda one: one["method"] + (f", preset {one['preset']}" if one["preset"] else ""))
    for kind in ("encoder", "hypernetwork", "inr"):
        row(kind, lambda one, kind=kind: one[kind])
    row("parameters", lambda one: _number(one["parameters"]))
    row("numbers per video", lambda one: _number(one["numbers_per_video"]))
    row("clips", lambda one: f"{one['clips']} of {'x'.join(map(str, one['clip_shape']))}")
    row("from", lambda one: one["source"] or "elsewhere")
    row("seed", lambda one: str(one["seed"]))
    row("steps", lambda one: _number(one["steps"]) + ("" if one["finished"] else " (not finished)"))
    row("time", lambda one: duration(one["seconds"]) if one["seconds"] else "-")
    for name, key in (("training clips", "train"), ("held-out clips", "held_out")):
        row(f"{name}, PSNR / floor", lambda one, key=key: _scores(one[f"{key}_psnr"], one[f"{key}_floor"]))
    return table


def _number(count: int | None) -> str:
    return "-" if count is None else f"{count:,}"


def _scores(psnr: float | None, floor: float | None) -> str:
    return "-" if psnr is None or floor is None else f"{psnr:.2f} / {floor:.2f} dB, {psnr - floor:+.2f}"
