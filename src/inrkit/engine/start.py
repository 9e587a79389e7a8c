"""`inrkit.train`: begin, resume or replace a run, train it, measure it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from inrkit.engine.checkpoint import load_codes, load_model
from inrkit.engine.config import RunConfig
from inrkit.engine.export import refuse_exported
from inrkit.engine.finish import finish
from inrkit.engine.loading import check_plugins
from inrkit.engine.lock import alone_in
from inrkit.engine.plan import Plan, Request, check_same, choose_method, follow, make_plan, reopen, resolve_device
from inrkit.engine.reporter import Reporter
from inrkit.engine.runs import RUNS, Run
from inrkit.engine.signals import stop_at_once
from inrkit.engine.team import Team, join, speaks
from inrkit.engine.tensor_header import count_numbers
from inrkit.engine.train import Trainer, shapes_of
from inrkit.errors import BadInput, InrkitError


def train(
    source: str | Path | None = None,
    *,
    plugin: str | None = None,
    out: str | Path | None = None,
    preset: str | None = None,
    steps: int | None = None,
    seed: int | None = None,
    device: str = "auto",
    options: Mapping[str, Any] | None = None,
    resume: bool = False,
    overwrite: bool = False,
    reporter: Reporter | None = None,
    **choices: Any,
) -> Path:
    """Train a space of videos; the same as ``inrkit train``.

    Args:
        source: A video, a folder of videos or of frames, a text file that lists them, the name of a dataset, or None
            for the generated toy videos.
        plugin: The method; may be left out where only one is installed.
        out: The folder of the run; default runs/PLUGIN-SOURCE.
        preset: One of the method's.
        steps: Optimiser steps; short for the option ``train.steps``.
        device: "auto", "cpu", "cuda", "cuda:i" or "mps".
        options: ``"section.key"`` or ``"key"`` to value.
        resume: Go on where a run in `out` stopped; begin if there is none; do nothing if it is finished.
        overwrite: Replace a run in `out`.
        reporter: Told of progress.
        choices: ``encoder``, ``hypernetwork``, ``inr``, ``val``, ``init_from``: names, and paths.

    Returns:
        The folder of the run.

    Raises:
        InrkitError: Of the kind that says what to do, see :mod:`inrkit.errors`.
    """
    layer = dict(options or {}) | ({} if steps is None else {"train.steps": steps})
    request = Request(
        plugin=plugin,
        source=None if source is None else str(source),
        preset=preset,
        seed=seed,
        device=device,
        layers=(layer,),
        **{name: None if value is None else str(value) for name, value in choices.items()},
    )
    path = Path(out) if out is not None else default_out(request)
    run_training(request, path, resume=resume, overwrite=overwrite, reporter=reporter or Reporter())
    return path


def run_training(
    request: Request,
    out: Path,
    *,
    resume: bool = False,
    overwrite: bool = False,
    reporter: Reporter,
    after_plan: Callable[[Plan], None] | None = None,
) -> dict[str, Any]:
    """Train into `out` and measure the result, going on from where a run there stopped if `resume`.

    Started by torchrun, `accelerate launch` or `inrkit train --devices`, this is one of several processes that do it
    together: what is asked of the first one holds for all, and it alone speaks and writes.

    Args:
        after_plan: Told what is settled, before training.

    Returns:
        The content of result.json.
    """
    run, team = Run(out), join(request.device)
    reporter = speaks(reporter, team)
    with team.guard():
        going_on, result = team.lead(lambda: _there(run, request, resume))
        if result is not None:
            return dict(result)
        plan = team.lead(
            lambda: begin_plan(request, out, resume=resume, overwrite=overwrite, reporter=reporter),
            lambda plan: plan.config.model_dump_json(),
            lambda text: follow(RunConfig.model_validate_json(text), reporter),
        )
        if after_plan and team.first:
            after_plan(plan)
        return _work(plan, run, reporter, team, going_on=going_on, overwrite=overwrite)


def _there(run: Run, request: Request, resume: bool) -> tuple[bool, dict[str, Any] | None]:
    """Whether there is a run to go on with, and its result if it is finished."""
    if not (resume and run.exists):
        return False, None
    refuse_exported(run)
    result = run.result
    if result is not None:
        check_same(request, run.config)
    return True, result


def _work(plan: Plan, run: Run, reporter: Reporter, team: Team, *, going_on: bool, overwrite: bool) -> dict[str, Any]:
    try:
        with ExitStack() as held:
            if going_on:
                trainer = _go_on(plan, run, reporter, team, held)
            else:
                trainer = _begin(plan, run, reporter, team, held, overwrite)
            if trainer.step < plan.config.train.steps:
                trainer.train()
            return _measure(plan, run, reporter, team)
    except OSError as error:
        reason = f"{error.filename or run.path}: {error.strerror or error}"
        raise InrkitError(
            f"the run cannot be written: {reason}", "Make room there, or choose another --out."
        ) from error


def begin_plan(request: Request, out: Path, *, resume: bool, overwrite: bool, reporter: Reporter) -> Plan:
    """What a training into `out` would do: that of the run there if `resume`, else what is asked for.

    Raises:
        BadInput: `out` is in use, the request is refused, or differs from the run to be resumed.
    """
    run = Run(out)
    if not (resume and run.exists):
        make_room(out, overwrite)
        return make_plan(request, reporter)
    refuse_exported(run)
    check_plugins(run.config)
    check_same(request, run.config)
    device = run.config.device if request.device == "auto" else request.device
    return reopen(run.config.model_copy(update={"device": resolve_device(device)}), reporter)


def _begin(plan: Plan, run: Run, reporter: Reporter, team: Team, held: ExitStack, overwrite: bool) -> Trainer:
    """An old run goes only once nothing of the new one can be refused any more."""
    trainer = Trainer(plan, run, reporter, team=team)
    if plan.config.init_from:
        init_from(trainer, Path(plan.config.init_from))

    def take_folder() -> None:
        run.path.mkdir(parents=True, exist_ok=True)
        held.enter_context(alone_in(run.path))
        make_room(run.path, overwrite)  # another training may have used it since
        run.clear()
        plan.config.save(run.config_file)

    team.wait()  # nor by another process
    team.lead(take_folder)
    _check_shared(run)
    return trainer


def _go_on(plan: Plan, run: Run, reporter: Reporter, team: Team, held: ExitStack) -> Trainer:
    def take_folder() -> None:
        held.enter_context(alone_in(run.path))
        run.tidy()

    team.lead(take_folder)
    _check_shared(run)
    checkpoint = run.newest_checkpoint()
    numbers = count_numbers(checkpoint / "model.safetensors") if checkpoint else None
    trainer = Trainer(plan, run, reporter, numbers, team)
    if checkpoint:
        trainer.resume(checkpoint)
        reporter.note(f"Resuming {run.path} after step {trainer.step} of {plan.config.train.steps}.")
    elif plan.config.init_from:
        init_from(trainer, Path(plan.config.init_from))
    return trainer


def _check_shared(run: Run) -> None:
    """Every process reads what the first one writes: at the end, and to go on.

    Raises:
        BadInput: This one does not see it.
    """
    if not run.exists:
        raise BadInput(
            f"{run.config_file} was written by the first process, and is not to be seen here",
            "Choose an --out that all machines share.",
        )


def _measure(plan: Plan, run: Run, reporter: Reporter, team: Team) -> dict[str, Any]:
    with stop_at_once(
        f"stopped while measuring; the trained model is saved in {run.path}",
        f"Measure it: {run.to_resume}",
    ):
        return finish(plan, run, reporter, team)


def make_room(out: Path, overwrite: bool) -> None:
    """Refuse a folder that is in use; whatever is no run is never deleted.

    Raises:
        BadInput: `out` is a file, or a folder with something in it that may not be replaced.
    """
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    if not Run(out).exists:
        raise BadInput(f"{out} exists and is no run", "Choose another --out.")
    if not overwrite:
        raise BadInput(
            f"{out} already holds a run", "Choose another --out, or add --overwrite (inrkit train: or --resume)."
        )
    _ = Run(out).config  # a config.json of something else is no run


def init_from(trainer: Trainer, path: Path) -> None:
    """Start from the model of another run, and from its codes of clips that it knew by name.

    Of an imported run, which knows no names, codes go to clips by their order, if they are as many.

    Raises:
        BadInput: It has no checkpoint, or its components have other shapes.
    """
    checkpoint = Run(path).newest_checkpoint()
    if checkpoint is None:
        raise BadInput(f"--init-from {path}: there is no run with a checkpoint", "Name the folder of a run.")
    load_model(trainer.model, checkpoint / "model.safetensors")
    codes = load_codes(checkpoint / "codes.safetensors")
    had, wanted = shapes_of(codes), shapes_of(trainer.codes)
    if had != wanted:
        raise BadInput(f"--init-from {path}: its codes have the shapes {had}, not {wanted}", "Use the same options.")
    known = trainer.plan.config.data.clips
    old = {name: i for i, name in enumerate(Run(path).config.data.clips)}
    if len(codes) != len(old):
        raise BadInput(f"--init-from {path} has codes of {len(codes)} clips, its config.json names {len(old)}")
    shared = [(row, old[name]) for row, name in enumerate(known) if name in old]
    if not shared and Run(path).config.data.source is None and len(known) == len(old):
        shared = [(row, row) for row in range(len(known))]
    for name, rows in codes.rows.items():
        for row, other in shared:
            trainer.codes.rows[name][row] = rows[other].to(trainer.device)
    trainer.reporter.note(f"Began with the model of {path}, and its codes of {len(shared)} of {len(known)} clips.")


def default_out(request: Request) -> Path:
    """runs/PLUGIN-SOURCE."""
    source = Path(request.source).resolve().stem if request.source else "toy"
    return RUNS / f"{choose_method(request.plugin).replace('/', '-')}-{source}"
