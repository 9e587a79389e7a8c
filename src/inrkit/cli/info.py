"""`inrkit info`: what a run is and how good it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inrkit.cli.flags import AsJson

if TYPE_CHECKING:
    from rich.table import Table

    from inrkit.engine.runs import Run


def info(
    run: Annotated[Path, typer.Argument(help="Folder of a run.")],
    as_json: AsJson = False,
) -> None:
    """Show what a run was made from, what it holds, and how good it is."""
    from rich.console import Group

    from inrkit.cli import console
    from inrkit.cli.train_show import result_table
    from inrkit.engine.runs import Run

    facts = describe_run(Run(run))
    if as_json:
        console.result_json(facts)
        return
    table = info_table(facts)
    console.result(Group(table, "", result_table(facts["result"])) if facts["result"] else table)
    if not facts["finished"] and not facts["imported"] and not facts["exported"]:
        console.note(f"Not finished. Go on: {Run(run).to_resume}")


def describe_run(run: Run) -> dict[str, Any]:
    """Plain facts about a run, read from its files alone: no plugin needs to be installed.

    Raises:
        BadInput: It is no run, or a file of it is damaged.
    """
    from inrkit.engine.state import list_checkpoints, read_state

    config = run.config
    checkpoints = list_checkpoints(run.checkpoints)
    newest = checkpoints[-1] if checkpoints else None
    state = read_state(newest) if newest else {}
    return {
        "run": str(run.path),
        "finished": run.finished,
        "method": config.method.name,
        "preset": config.preset,
        "components": {kind: getattr(config, kind).name for kind in ("encoder", "hypernetwork", "inr")},
        "options": {kind: getattr(config, kind).options for kind in ("method", "encoder", "hypernetwork", "inr")},
        "source": config.data.source,
        "clip_shape": config.data.clip_shape,
        "clips": len(config.data.clips),
        "held_out": config.data.held_out,
        "notes": config.data.notes,
        "steps": {"wanted": config.train.steps, "done": state.get("step", 0)},
        "stages": [stage.model_dump() for stage in config.stages],
        "seed": config.seed,
        "checkpoints": [path.name for path in checkpoints],
        "model_sha256": state.get("model_sha256"),
        "files": _count_tensors(newest) if newest else {},
        "imported": state.get("imported"),
        "exported": state.get("exported"),
        "result": run.result,
    }


def info_table(facts: dict[str, Any]) -> Table:
    """The facts for people."""
    from rich.table import Table

    table = Table(box=None, show_header=False)
    steps, shape = facts["steps"], "x".join(map(str, facts["clip_shape"]))
    state = "finished" if facts["finished"] else "imported" if facts["imported"] else "not finished"
    kind = f", exported as {facts['exported']}" if facts["exported"] else ""
    table.add_row("run", f"{facts['run']} ({state}{kind})")
    table.add_row("method", facts["method"] + (f", preset {facts['preset']}" if facts["preset"] else ""))
    table.add_row("components", ", ".join(f"{kind} {name}" for kind, name in facts["components"].items()))
    table.add_row("trained", f"{steps['done']:,} of {steps['wanted']:,} steps, seed {facts['seed']}")
    if facts["stages"]:
        table.add_row(
            "stages", ", ".join(f"{each['clips']:,} clips to step {each['end']:,}" for each in facts["stages"])
        )
    table.add_row("clips", f"{facts['clips']} of {shape} from {facts['source'] or 'elsewhere'}")
    table.add_row("held out", f"{len(facts['held_out'])} clips" if facts["held_out"] else "nothing")
    for note in facts["notes"]:
        table.add_row("note", note)
    table.add_row("checkpoints", ", ".join(facts["checkpoints"]) or "none yet")
    for name, count in facts["files"].items():
        table.add_row(f"  {name}", f"{count['tensors']:,} tensors, {count['numbers']:,} numbers")
    if facts["imported"]:
        table.add_row("imported", f"{facts['imported']['file']}: {facts['imported']['tensors']:,} tensors, all kept")
    if facts["model_sha256"]:
        table.add_row("content", f"sha256 {facts['model_sha256'][:16]}…")
    return table


def _count_tensors(checkpoint: Path) -> dict[str, dict[str, int]]:
    """File to how many tensors and numbers it holds, from the headers alone."""
    from math import prod

    from inrkit.engine.tensor_header import header

    shapes = {path.stem: header(path).values() for path in sorted(checkpoint.glob("*.safetensors"))}
    return {name: {"tensors": len(each), "numbers": sum(map(prod, each))} for name, each in shapes.items()}
