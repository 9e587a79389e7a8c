"""`inrkit train`: from videos to a space of videos."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from inrkit.cli.flags import AsJson, Quiet, option
from inrkit.cli.train_help import TrainCommand

RUN, MODEL, DATA, TRAINING, HOW = "The run", "The model", "The videos", "Training", "How it runs"


def train(
    ctx: typer.Context,
    source: Annotated[
        str | None,
        typer.Argument(
            help="A video, a folder of videos or of frames, a text file listing them, or the name of a dataset. "
            "Without it: generated toy videos.",
        ),
    ] = None,
    plugin: Annotated[str | None, option("--plugin", "-p", RUN, "The method, for example inrv.")] = None,
    preset: Annotated[str | None, option("--preset", None, RUN, "One of the method's presets.")] = None,
    out: Annotated[Path | None, option("--out", None, RUN, "Folder of the run; default runs/PLUGIN-SOURCE.")] = None,
    resume: Annotated[
        bool, option("--resume", None, RUN, "Go on where the run in --out stopped; begin if there is none.")
    ] = False,
    overwrite: Annotated[bool, option("--overwrite", None, RUN, "Replace the run in --out.")] = False,
    init_from: Annotated[
        Path | None,
        option("--init-from", None, RUN, "Begin with the model of this run, and its codes of clips it knew."),
    ] = None,
    set_: Annotated[
        list[str] | None, option("--set", "-o", RUN, "key=value, any option below or of a component; repeat it.")
    ] = None,
    config: Annotated[Path | None, option("--config", None, RUN, "A TOML file of options and flags.")] = None,
    encoder: Annotated[str | None, option("--encoder", None, MODEL, "In place of the method's own.")] = None,
    hypernetwork: Annotated[str | None, option("--hypernetwork", None, MODEL, "In place of the method's own.")] = None,
    inr: Annotated[str | None, option("--inr", None, MODEL, "In place of the method's own.")] = None,
    frames: Annotated[int | None, option("--frames", None, DATA, "Frames of a clip.")] = None,
    stride: Annotated[
        int | None, option("--stride", None, DATA, "Frames between the starts of two clips; default: no overlap.")
    ] = None,
    size: Annotated[str | None, option("--size", None, DATA, "Of a clip: HxW, or N for NxN.")] = None,
    fit: Annotated[str | None, option("--fit", None, DATA, "crop, pad or squash to that size.")] = None,
    fps: Annotated[
        float | None, option("--fps", None, DATA, "Frames a second to take, by their times; default: all frames.")
    ] = None,
    skip_bad: Annotated[
        bool, option("--skip-bad", None, DATA, "Leave out videos that cannot be read, and say which.")
    ] = False,
    limit: Annotated[int | None, option("--limit", None, DATA, "Use only the first N clips.")] = None,
    val: Annotated[str | None, option("--val", None, DATA, "Held-out videos, if not from SOURCE.")] = None,
    holdout: Annotated[
        float | None,
        option(
            "--holdout", None, DATA, "Hold out the last N videos, or below 1 that share; 0: none. Default: a tenth."
        ),
    ] = None,
    val_size: Annotated[int | None, option("--val-size", None, DATA, "Most held-out clips to measure.")] = None,
    steps: Annotated[int | None, option("--steps", None, TRAINING, "Steps of the optimiser.")] = None,
    progressive: Annotated[
        str | None,
        option(
            "--progressive",
            None,
            TRAINING,
            "Stages of more and more videos, VIDEOS:EPOCHS as 25:200,100:200,all:500; or paper, or none.",
        ),
    ] = None,
    checkpoint_every: Annotated[
        int | None, option("--checkpoint-every", None, TRAINING, "Steps between checkpoints.")
    ] = None,
    keep: Annotated[int | None, option("--keep", None, TRAINING, "Checkpoints to keep, the newest.")] = None,
    eval_every: Annotated[
        int | None, option("--eval-every", None, TRAINING, "Steps between evaluations of a few clips; default: none.")
    ] = None,
    eval_metrics: Annotated[
        str | None, option("--eval-metrics", None, TRAINING, "What they measure, as psnr,ssim; default psnr.")
    ] = None,
    metrics_device: Annotated[
        str | None, option("--metrics-device", None, TRAINING, "Where their metrics compute; default: --device.")
    ] = None,
    seed: Annotated[int | None, option("--seed", None, HOW, "Another seed is another run; default 0.")] = None,
    device: Annotated[str | None, option("--device", None, HOW, "auto, cpu, cuda, cuda:i or mps.")] = None,
    devices: Annotated[
        int | None,
        option("--devices", None, HOW, "So many processes share the work, each on its GPU, or on cores."),
    ] = None,
    precision: Annotated[
        str | None, option("--precision", None, HOW, "float32, or bf16: the model computes in bfloat16 where it may.")
    ] = None,
    dry_run: Annotated[
        bool,
        option(
            "--dry-run", None, HOW, "Prepare the clips, show the configuration and what it will take; train nothing."
        ),
    ] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Annotated[bool, option("--verbose", "-v", HOW, "Show the whole configuration first.")] = False,
) -> None:
    """Train a space of videos. With --plugin NAME --help: that plugin's own options as well.

    A space of generated toy videos:  inrkit train --plugin inrv
    A space of your own videos:       inrkit train --plugin inrv my_videos/ --out runs/mine
    """
    given = {name: value for name, value in locals().items() if value is not None and value is not False}
    del given["ctx"]
    of_environment = {name for name in given if getattr(ctx.get_parameter_source(name), "name", "") == "ENVIRONMENT"}
    from inrkit.cli import console
    from inrkit.cli.launch import in_processes
    from inrkit.cli.train_file import PROCESSES, read_file

    if not dry_run:
        in_processes(({} if config is None else read_file(config)).get(PROCESSES) if devices is None else devices)
    from inrkit.cli.progress import make_reporter
    from inrkit.cli.train_request import read_request
    from inrkit.cli.train_show import show_configuration, show_plan, show_result
    from inrkit.engine.start import begin_plan, run_training

    request, path = read_request(given, of_environment)
    console.set_quiet(quiet)
    with make_reporter(quiet) as reporter:
        if dry_run:
            from inrkit.engine.estimate import estimate

            plan = begin_plan(request, path, resume=resume, overwrite=overwrite, reporter=reporter)
            facts: dict[str, Any] = {"config": plan.config.model_dump(mode="json"), "estimate": estimate(plan)}
        else:
            after_plan = (lambda plan: show_configuration(plan.config)) if verbose else None
            result = run_training(
                request, path, resume=resume, overwrite=overwrite, reporter=reporter, after_plan=after_plan
            )
    if dry_run:
        console.result_json(facts) if as_json else show_plan(plan, facts["estimate"])
    elif as_json:
        console.result_json({"run": str(path), **result})
    else:
        show_result(path, result)


train.command_class = TrainCommand  # type: ignore[attr-defined]
