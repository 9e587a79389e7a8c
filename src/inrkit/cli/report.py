"""`inrkit report`: the page of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from inrkit.cli.flags import AsJson, Quiet


def report(
    run: Annotated[Path, typer.Argument(help="Folder of a run.")],
    out: Annotated[Path | None, typer.Option("--out", help="The file to write; default: report.html in RUN.")] = None,
    clips: Annotated[
        int, typer.Option("--clips", min=1, max=200, help="Training clips that are shown, from the worst to the best.")
    ] = 24,
    measure: Annotated[
        int, typer.Option("--measure", min=1, max=1000, help="Training clips that are measured, at most.")
    ] = 1000,
    samples: Annotated[
        int, typer.Option("--samples", min=0, max=64, help="Novel videos of each sampler that are shown.")
    ] = 8,
    checkpoint: Annotated[int | None, typer.Option("--checkpoint", help="Of this step; default: the newest.")] = None,
    device: Annotated[str, typer.Option("--device", help="auto, cpu, cuda, cuda:i or mps.")] = "auto",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Show a run on one page: curves, results beside the truth, novel videos, a map, tables. It needs no network."""
    from inrkit.cli import console
    from inrkit.cli.progress import make_reporter
    from inrkit.cli.units import megabytes
    from inrkit.report.page.page import Wanted, write_report

    console.set_quiet(quiet)
    wanted = Wanted(clips=clips, measured=measure, samples=samples)
    with make_reporter(quiet) as reporter:
        file = run / "report.html" if out is None else out
        facts = write_report(run, file, wanted, reporter, checkpoint=checkpoint, device=device)
    if as_json:
        console.result_json(facts)
        return
    console.result(f"{facts['file']}: {megabytes(facts['bytes'])}; open it in a browser")
