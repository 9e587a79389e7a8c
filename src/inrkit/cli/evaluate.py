"""`inrkit evaluate`: how good a run is, in numbers that say how sure they are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from inrkit.cli.flags import AsJson, Quiet

WHAT, CLIPS, HOW = "What is measured", "On which videos", "How it runs"


def evaluate(
    run: Annotated[Path, typer.Argument(help="Folder of a run.")],
    metrics: Annotated[
        list[str] | None,
        typer.Option(
            "--metrics",
            help="Names, such as psnr,lpips,fvd; default: those that need no file of weights.",
            rich_help_panel=WHAT,
        ),
    ] = None,
    sampler: Annotated[
        list[str] | None,
        typer.Option("--sampler", help="Names; default: slerp,gaussian,gmm.", rich_help_panel=WHAT),
    ] = None,
    samples: Annotated[
        int,
        typer.Option("--samples", min=1, max=1_000_000, help="Videos drawn from each sampler.", rich_help_panel=WHAT),
    ] = 2048,
    tasks: Annotated[
        list[str] | None,
        typer.Option("--tasks", help="Such as invert,predict: on training and held-out clips.", rich_help_panel=WHAT),
    ] = None,
    paper: Annotated[
        bool,
        typer.Option(
            "--paper",
            help="The published protocol: slerp with its end points, the training clips as real videos, tasks as "
            "published. It says what that hides.",
            rich_help_panel=WHAT,
        ),
    ] = False,
    checkpoint: Annotated[
        int | None, typer.Option("--checkpoint", help="Of this step; default: the newest.", rich_help_panel=WHAT)
    ] = None,
    all_checkpoints: Annotated[
        bool,
        typer.Option("--all-checkpoints", help="Each: a curve over the training.", rich_help_panel=WHAT),
    ] = False,
    held_out: Annotated[
        Path | None,
        typer.Option(
            "--held-out",
            help="Videos that were not trained on; default: those that the run held out.",
            rich_help_panel=CLIPS,
        ),
    ] = None,
    real: Annotated[
        Path | None,
        typer.Option(
            "--real",
            help="Real videos that samples are compared with, beside the training clips; default: the held-out ones.",
            rich_help_panel=CLIPS,
        ),
    ] = None,
    clips: Annotated[
        int | None,
        typer.Option(
            "--clips",
            min=1,
            help="Most clips of each side that are measured; default: 256, and 8 for tasks.",
            rich_help_panel=CLIPS,
        ),
    ] = None,
    size: Annotated[
        str | None,
        typer.Option(
            "--size",
            help="Measure at HxW (N for NxN), of the same videos cut anew; default: the size it was trained at.",
            rich_help_panel=CLIPS,
        ),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            "-o",
            help="key=value, of a metric, a sampler, a task or the fit: lpips.net=vgg, fit.steps=100; repeat it.",
            rich_help_panel=HOW,
        ),
    ] = None,
    detector: Annotated[
        Path | None, typer.Option("--detector", help="The file of the network of fvd.", rich_help_panel=HOW)
    ] = None,
    allow_torchscript: Annotated[
        bool,
        typer.Option(
            "--allow-torchscript",
            help="Run a detector that nobody here has seen: it is a program, and does what it likes.",
            rich_help_panel=HOW,
        ),
    ] = False,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Another seed, other samples.", rich_help_panel=HOW)] = 0,
    batch: Annotated[
        int,
        typer.Option("--batch", min=1, help="Videos in memory at once: it decides how much.", rich_help_panel=HOW),
    ] = 8,
    device: Annotated[
        str, typer.Option("--device", help="auto, cpu, cuda, cuda:i or mps.", rich_help_panel=HOW)
    ] = "auto",
    metrics_device: Annotated[
        str | None,
        typer.Option("--metrics-device", help="Where metrics compute; default: --device.", rich_help_panel=HOW),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="The file to write; default: evaluation.json of the run.", rich_help_panel=HOW),
    ] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Measure a run: reconstructions, held-out clips, new videos, tasks; with intervals of 95 %.

    What is measured:   inrkit evaluate runs/mine
    Each task as well:  inrkit evaluate runs/mine --tasks invert,predict
    As the paper does:  inrkit evaluate runs/mine --paper --metrics fvd --detector FILE
    """
    from inrkit.cli import console
    from inrkit.cli.evaluate_show import show_evaluation
    from inrkit.cli.progress import make_reporter
    from inrkit.engine.evaluate import check_file, save
    from inrkit.engine.evaluate import evaluate as measured
    from inrkit.engine.evaluate_options import EvaluateOptions
    from inrkit.engine.runs import Run
    from inrkit.errors import InrkitError
    from inrkit.options import parse_assignments
    from inrkit.video import parse_size

    options = EvaluateOptions(
        metrics=_names(metrics),
        samplers=_names(sampler),
        samples=samples,
        tasks=_names(tasks) or [],
        held_out=held_out,
        real=real,
        clips=clips,
        size=parse_size(size) if size else None,
        paper=paper,
        seed=seed,
        batch=batch,
        metrics_device=metrics_device,
        detector=detector,
        allow_torchscript=allow_torchscript,
        set=parse_assignments(set_ or []),
    )
    file, unwritten = out or Run(run).evaluation_file, None
    if out:
        check_file(out)
    console.set_quiet(quiet)
    with make_reporter(quiet) as reporter:
        document = measured(
            run, options, checkpoint=checkpoint, all_checkpoints=all_checkpoints, device=device, reporter=reporter
        )
    try:
        save(document, file)
    except InrkitError as error:  # the numbers took long, and are shown before it is
        unwritten = error
    if as_json:
        console.result_json(document)
    else:
        show_evaluation(document)
    if unwritten:
        raise unwritten
    console.note(f"written: {file}")


def _names(words: list[str] | None) -> list[str] | None:
    """Of flags that are repeated, or hold several names with commas."""
    if words is None:
        return None
    names = [name.strip() for word in words for name in word.split(",")]
    return [name for name in names if name]
