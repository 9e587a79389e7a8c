"""`inrkit export`: a run as a space to share."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from inrkit.cli.flags import AsJson


def export(
    run: Annotated[Path, typer.Argument(help="Folder of a run.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the space, which must not be there yet.")],
    bf16: Annotated[
        bool, typer.Option("--bf16", help="Numbers of 16 bits: half the size, and almost the same pixels.")
    ] = False,
    checkpoint: Annotated[int | None, typer.Option("--checkpoint", help="Of this step; default: the newest.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write what it takes to use a run: model, codes and configuration. It is used as a run is, but not resumed."""
    from inrkit.cli import console
    from inrkit.cli.units import megabytes
    from inrkit.engine.export import export_space

    written = export_space(run, out, bf16=bf16, checkpoint=checkpoint)
    size = sum(written["files"].values())
    if as_json:
        console.result_json({"run": str(run), "space": str(out), "bf16": bf16, "bytes": size, **written})
        return
    before = sum(file.stat().st_size for file in run.rglob("*") if file.is_file())
    for name, count in written["files"].items():
        console.result(f"{out / name}  {megabytes(count)}")
    console.result(f"{out}: {megabytes(size)}, of a run of {megabytes(before)}")
    if bf16:
        console.note("Of 16 bits: latents that were found in the run are not known to it.")
    console.result(f"\nNext: inrkit render {quote(str(out))} --clip 0 --out clip.mp4")
