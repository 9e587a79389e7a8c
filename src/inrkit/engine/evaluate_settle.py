"""What an evaluation is asked for, checked: metrics, samplers and tasks with their options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from pydantic import BaseModel

from inrkit.discovery import load_registry
from inrkit.engine.evaluate_metrics import Choice, build_once, find_metrics, option_sections
from inrkit.engine.evaluate_options import SAMPLERS, EvaluateOptions
from inrkit.engine.fit_options import FitOptions
from inrkit.engine.job import PAPER, fit_of
from inrkit.engine.plan import resolve_device
from inrkit.errors import BadInput
from inrkit.interfaces import ObservationTask
from inrkit.options import environment_options, resolve


@dataclass(frozen=True)
class Wanted:
    """What is to be measured.

    Attributes:
        options: As asked for.
        pairs, sets: The metrics that compare a video with its truth, and those that compare two sets.
        samplers, tasks: Name to options.
        fit: How held-out clips are found.
        fits: Task to how its clips are found.
        device: Where metrics compute; None: where the model is.
        notes: What is left out, and why.
    """

    options: EvaluateOptions
    pairs: list[Choice]
    sets: list[Choice]
    samplers: dict[str, BaseModel]
    tasks: dict[str, BaseModel]
    fit: FitOptions
    fits: dict[str, FitOptions]
    device: torch.device | None = None
    notes: list[str] = field(default_factory=list)


def settle(options: EvaluateOptions, environ: Mapping[str, str]) -> Wanted:
    """Check all that can be checked without the run.

    Args:
        environ: Its ``INRKIT_SECTION__OPTION`` variables give options, which `options.set` overrides.

    Raises:
        BadInput: An unknown name or option, or what does not go together; a metric lacks a package or a file.
        PluginError: Something asked for is broken.
    """
    classes, notes = find_metrics(options.metrics)
    samplers = _samplers(options)
    tasks = {name: _task(name) for name in dict.fromkeys(options.tasks)}
    registry = load_registry()
    sections: dict[str, type[BaseModel]] = {"fit": FitOptions, **option_sections(classes)}
    sections |= {name: registry.options("sampler", name) for name in samplers}
    sections |= {name: registry.options("task", name) for name in tasks}
    own = {"slerp.ends": True} if options.paper else {}
    of_environment = environment_options(environ, sections)
    settled = resolve(sections, of_environment, own, _detector(options, sections, list(classes)), options.set)
    asked = options.metrics is not None
    choices = [Choice(name, cls, settled[name], asked) for name, cls in classes.items()]
    choices, left_out = build_once(choices)
    pairs, sets = [each for each in choices if each.cls.paired], [each for each in choices if not each.cls.paired]
    _goes_together(options, pairs, sets)
    fits = {name: PAPER if options.paper else fit_of(name, cls) for name, cls in tasks.items()}
    return Wanted(
        options,
        pairs,
        sets,
        {name: settled[name] for name in samplers} if sets else {},
        {name: settled[name] for name in tasks},
        _over(PAPER if options.paper else FitOptions(), settled["fit"]),
        {name: _over(fit, settled["fit"]) for name, fit in fits.items()},
        torch.device(resolve_device(options.metrics_device)) if options.metrics_device else None,
        notes + left_out,
    )


def _samplers(options: EvaluateOptions) -> list[str]:
    asked = list(dict.fromkeys(options.samplers or (("slerp",) if options.paper else SAMPLERS)))
    if options.paper and (asked != ["slerp"] or "slerp.ends" in options.set):
        raise BadInput("--paper is the published protocol: slerp, end points included", "Leave out --sampler.")
    if options.paper and options.real:
        raise BadInput("--paper compares samples with the training clips", "Leave out --real.")
    return asked


def _task(name: str) -> type[ObservationTask]:
    cls = load_registry().get("task", name)
    if not issubclass(cls, ObservationTask):
        raise BadInput(f"--tasks {name}: it recovers no video that could be compared", "Name one such as invert.")
    found: type[ObservationTask] = cls
    return found


def _detector(options: EvaluateOptions, sections: Mapping[str, type[BaseModel]], metrics: list[str]) -> dict[str, Any]:
    """--detector and --allow-torchscript, for each metric that has them."""
    said = {"detector": options.detector, "allow_torchscript": options.allow_torchscript or None}
    layer: dict[str, Any] = {}
    for key, value in said.items():
        if value is None:
            continue
        owners = [name for name in metrics if key in sections[name].model_fields]
        if not owners:
            flag = "--" + key.replace("_", "-")
            raise BadInput(f"{flag}: no metric that is measured takes it", "Name one that does, as with --metrics fvd.")
        layer |= {f"{name}.{key}": str(value) if key == "detector" else value for name in owners}
    return layer


def _goes_together(options: EvaluateOptions, pairs: list[Choice], sets: list[Choice]) -> None:
    if options.samplers and not sets:
        raise BadInput(f"--sampler {options.samplers[0]}: none of the metrics is of sets", "Add --metrics nearest.")
    if options.tasks and not pairs:
        raise BadInput(f"--tasks {options.tasks[0]}: none of the metrics compares pairs", "Add --metrics psnr.")
    if options.tasks and options.size:
        raise BadInput("--tasks and --size exclude each other: tasks are done at the size of the run", "Leave one out.")
    beside = [] if options.paper or options.real else sets  # that compare samples with held-out clips, too
    for flag, value, kind, other in (
        ("--held-out", options.held_out, pairs + beside, "psnr"),
        ("--real", options.real, sets, "nearest"),
    ):
        if value is not None and not kind:
            raise BadInput(f"{flag} {value}: none of the metrics looks at it", f"Add --metrics {other}.")


def _over(base: FitOptions, said: BaseModel) -> FitOptions:
    """`base`, with what was said."""
    return base.model_copy(update={name: getattr(said, name) for name in said.model_fields_set})
