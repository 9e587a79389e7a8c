"""`inrkit convert`: a checkpoint of a method's original code becomes a run."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from inrkit.cli.flags import AsJson


def convert(
    checkpoint: Annotated[Path, typer.Argument(help="A .pth file as the original code saved it.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the new run.")],
    plugin: Annotated[
        str | None, typer.Option("--plugin", "-p", help="The method; without it, every installed one is asked.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a run in --out.")] = False,
    as_json: AsJson = False,
) -> None:
    """Import a checkpoint of a method's original code. Every tensor is kept; no code in the file is run."""
    from inrkit.cli import console
    from inrkit.cli.info import describe_run, info_table
    from inrkit.engine.convert import convert as make_run

    run = make_run(checkpoint, out, plugin, overwrite)
    facts = describe_run(run)
    if as_json:
        console.result_json(facts)
        return
    console.result(info_table(facts))
    console.result(f"\nNext: inrkit render {quote(str(out))} --clip 0 --out clip.mp4")
