"""What the command of a task does: settle the options, load the run, do it, and show what came of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer
from pydantic import BaseModel

from inrkit.cli import console
from inrkit.cli.launch import in_processes
from inrkit.cli.model_flags import given
from inrkit.cli.progress import make_reporter
from inrkit.cli.task_show import show_outcome, show_result
from inrkit.cli.task_space import run_of, space_of
from inrkit.declare import Task as Declared
from inrkit.discovery import load_registry
from inrkit.engine.fit_options import FitOptions
from inrkit.engine.footage import lengthening
from inrkit.engine.job import DIRECT, PAPER, PAPER_ALSO, Job, fit_of
from inrkit.engine.loading import load
from inrkit.engine.observe_files import plain
from inrkit.engine.observe_run import run_videos
from inrkit.engine.plan import resolve_device
from inrkit.engine.team import join, speaks
from inrkit.errors import PluginError
from inrkit.interfaces import TaskResult
from inrkit.options import environment_options, parse_assignments, resolve


def run_task(name: str, values: Mapping[str, Any]) -> None:
    """A task that does everything itself."""
    registry = load_registry()
    entry = registry.find("task", name)
    model = registry.options("task", name)
    console.set_quiet(values["quiet"])
    if values.get("set"):
        values = {**values, "set": parse_assignments(values["set"])}
    options = resolve({"task": model}, environment_options(os.environ, ["task"]), given(values, model, "task"))
    needs_run = isinstance(entry.declaration, Declared) and entry.declaration.needs_run
    device = resolve_device(values["device"] or "auto")
    loaded = load(run_of(values).path, device=device) if needs_run or values["run"] else None
    task = registry.get("task", name)()
    with make_reporter(values["quiet"]) as reporter:
        task.device, task.reporter = device, reporter
        result = task.run(loaded, options["task"])
    if not isinstance(result, TaskResult):
        raise PluginError(f"{name} gives {type(result).__name__} and no TaskResult", "Report this to its author.")
    if values["json"]:
        console.result_json(plain(result.record) | {"files": list(map(str, result.files))})
        return
    show_result(result)


def run_observation(name: str, values: Mapping[str, Any]) -> None:
    """A task that only says what is seen: everything else is done here and in the engine."""
    registry = load_registry()
    model = registry.options("task", name)
    console.set_quiet(values["quiet"])
    in_processes(values["devices"])
    team = join(values["device"] or "auto")
    values = {**values, "device": str(team.device(resolve_device(values["device"] or "auto")))}
    task = registry.get("task", name)()
    defaults = PAPER if values["paper"] else DIRECT if values["direct"] else fit_of(name, type(task))
    options, fit = _settle(model, values, defaults)
    also = _settle(model, values, PAPER_ALSO)[1] if values["paper"] and values["lr"] is None else None
    short = lengthening(values["loop"], values["hold"])
    space = space_of(values, model.model_fields)
    assert space.model.config is not None
    if values["paper"]:
        options = task.paper(space.model.config.data.clip_shape, options)
    job = Job(name, task, options, space.model, fit, values["seed"] or 0, also, values["direct"])
    out = values["out"] or Path("results") / name.rpartition("/")[2]
    how: dict[str, Any] = {"at": values.get("at"), "short": short}
    how |= {name: values[name] for name in ("lossless", "resume")}
    with make_reporter(values["quiet"]) as reporter, team.guard():
        outcome = run_videos(job, values["videos"], out, reporter=speaks(reporter, team), team=team, **how)
    if values["json"]:
        facts = {"run": space.run and str(space.run), "videos": outcome.records, "failed": outcome.failed}
        console.result_json(plain(facts))
    else:
        show_outcome(outcome, task.baseline_name, direct=values["direct"])
    for video, reason in outcome.failed.items():
        console.warn(f"{video}: {reason}")
    if outcome.failed:
        raise typer.Exit(1)


def _settle(model: type[BaseModel], values: Mapping[str, Any], defaults: FitOptions) -> tuple[Any, FitOptions]:
    """The options of the task and of the fit: defaults (as those of the paper) < environment < flags."""
    first = {f"fit.{key}": value for key, value in defaults}
    flags = given(values, model, "task") | given(values, FitOptions, "fit")
    sections: dict[str, type[BaseModel]] = {"task": model, "fit": FitOptions}
    settled = resolve(sections, first, environment_options(os.environ, sections), flags)
    fit = settled["fit"]
    assert isinstance(fit, FitOptions)
    return settled["task"], fit
