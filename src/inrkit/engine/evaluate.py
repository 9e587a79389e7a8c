"""`inrkit evaluate`: all that is asked for, of one checkpoint or of each, as plain data."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from inrkit.engine.evaluate_clips import Side, at_size, note_overlap, own_sides, side_of
from inrkit.engine.evaluate_options import CLIPS, TASK_CLIPS, EvaluateOptions
from inrkit.engine.evaluate_pairs import Part, inversion, no_space, reconstruction
from inrkit.engine.evaluate_samples import sample_parts
from inrkit.engine.evaluate_settle import Wanted, settle
from inrkit.engine.evaluate_statistics import LEVEL, RESAMPLES
from inrkit.engine.evaluate_tasks import job_of, task_part
from inrkit.engine.files import write_atomically
from inrkit.engine.loading import load
from inrkit.engine.plan import resolve_device
from inrkit.engine.reporter import Reporter
from inrkit.engine.runs import Run
from inrkit.engine.state import list_checkpoints, read_state
from inrkit.errors import BadInput, InrkitError
from inrkit.model import VideoModel


@dataclass
class Sides:
    """The clips of an evaluation.

    Attributes:
        real: What samples are compared with, in this order.
    """

    train: Side
    held: Side
    real: list[Side]


def evaluate(
    path: Path,
    options: EvaluateOptions,
    *,
    checkpoint: int | None = None,
    all_checkpoints: bool = False,
    device: str = "auto",
    environ: Mapping[str, str] = os.environ,
    reporter: Reporter | None = None,
) -> dict[str, Any]:
    """Measure a run; the command, and :func:`inrkit.evaluate`, also write what is returned.

    Args:
        path: Of the run.
        checkpoint: Its step; the newest if None.
        all_checkpoints: Measure each, the last one's parts being those of the run.
        device: As of :func:`inrkit.load`.

    Returns:
        The content of evaluation.json.

    Raises:
        BadInput: It is no run, has no checkpoint, or something asked for cannot be measured.
        PluginError: A metric, sampler or task that was asked for is broken.
        InrkitError: There is not enough memory.
    """
    reporter, run = reporter or Reporter(), Run(path)
    steps = _steps(run, checkpoint, all_checkpoints)
    wanted = settle(options, environ)
    device = resolve_device(device)
    model = load(path, checkpoint=steps[-1], device=device)  # what cannot be loaded is said before clips are prepared
    for task in wanted.tasks if not no_space(model) else ():
        job_of(model, task, wanted)  # so is what a task refuses
    sides = _sides(run, wanted, reporter)
    for note in wanted.notes:
        reporter.note(note)
    curve: list[dict[str, Any]] = []
    for step in steps:
        if step != steps[-1]:
            reporter.note(f"the checkpoint of step {step}")
        its_model = model if step == steps[-1] else load(path, checkpoint=step, device=device)
        curve.append({"step": step, "parts": [part.plain() for part in measure(its_model, sides, wanted, reporter)]})
    if not any(part["scores"] for part in curve[-1]["parts"]):
        hint = "Put the videos of the run back, or give others: --held-out FOLDER."
        raise BadInput(f"nothing of {path} can be measured: {_reason(curve[-1]['parts'], wanted)}", hint)
    settings = _settings(options, wanted, device)
    head = {"inrkit": version("inrkit"), "run": model.content, "step": steps[-1], "seed": options.seed}
    whole = head | {"paper": options.paper, "settings": settings, "parts": curve[-1]["parts"]}
    return whole | ({"checkpoints": curve} if all_checkpoints else {})


def measure(model: VideoModel, sides: Sides, wanted: Wanted, reporter: Reporter) -> list[Part]:
    """Every part of one checkpoint.

    Raises:
        InrkitError: There is not enough memory.
    """
    options = wanted.options
    most, few = options.clips or CLIPS, options.clips or TASK_CLIPS
    parts: list[Part] = []
    try:
        if wanted.pairs:
            parts.append(reconstruction(model, sides.train, most, wanted, reporter))
            parts.append(inversion(model, sides.held, most, wanted, reporter))
        for sampler in wanted.samplers:
            parts += sample_parts(model, sampler, sides.real, wanted, reporter)
        for task in wanted.tasks:
            parts += [task_part(model, task, side, few, wanted, reporter) for side in (sides.train, sides.held)]
    except torch.OutOfMemoryError as error:
        way = f"Use a --batch below {options.batch}." if options.batch > 1 else "Use --device cpu."
        raise InrkitError(f"not enough memory for {options.batch} videos at once", way) from error
    return parts


def save(document: Mapping[str, Any], file: Path) -> None:
    """Write evaluation.json, whole or not at all.

    Raises:
        InrkitError: It cannot be written; an earlier one is as it was.
    """
    try:
        write_atomically(file, (json.dumps(document, indent=1, allow_nan=False) + "\n").encode())
    except OSError as error:
        raise InrkitError(
            f"{file} cannot be written: {error.strerror or error}", "Make room, or choose another --out."
        ) from error


def check_file(file: Path) -> None:
    """Refuse a file that could not be written, before anything is measured.

    Raises:
        BadInput: Its folder is not there, or it is a folder itself.
    """
    if file.is_dir() or not file.absolute().parent.is_dir():
        reason = "it is a folder" if file.is_dir() else f"there is no folder {file.parent}"
        raise BadInput(f"{file} cannot be written: {reason}", "Choose another --out.")


def _steps(run: Run, checkpoint: int | None, every: bool) -> list[int]:
    """Those to measure, the run's own last."""
    _ = run.config  # says first if it is no run at all
    if every and checkpoint is not None:
        raise BadInput("--checkpoint and --all-checkpoints exclude each other", "Give one of them.")
    steps = [read_state(each)["step"] for each in list_checkpoints(run.checkpoints)]
    if not steps:
        raise BadInput(f"{run.path} has no checkpoint yet", f"Resume it: {run.to_resume}")
    if checkpoint is not None and checkpoint not in steps:
        raise BadInput(f"{run.path} has no checkpoint of step {checkpoint}", f"It has {', '.join(map(str, steps))}.")
    return sorted(steps) if every else [max(steps) if checkpoint is None else checkpoint]


def _sides(run: Run, wanted: Wanted, reporter: Reporter) -> Sides:
    options = wanted.options
    train, held = own_sides(run.config, reporter, options.size)
    config = at_size(run.config, options.size) if options.size else run.config
    if options.held_out:
        held = side_of("held-out", options.held_out, config, reporter)
    real = [train]
    if options.real:
        real.append(side_of("real", options.real, config, reporter))
    elif not options.paper:
        real.append(held)
    for side in {id(side): side for side in (held, real[-1]) if side is not train}.values():
        note_overlap(side, train, reporter)
    if train.why:
        reporter.warn(f"the training clips are not there: {train.why}")
    return Sides(train, held, real)


def _settings(options: EvaluateOptions, wanted: Wanted, device: str) -> dict[str, Any]:
    """Everything that decides the numbers."""
    names = [choice.name for choice in (*wanted.pairs, *wanted.sets)]
    given = options.model_dump(mode="json") | {"metrics": names, "samplers": list(wanted.samplers)}
    chosen = {choice.name: choice.options.model_dump(mode="json") for choice in (*wanted.pairs, *wanted.sets)}
    return given | {
        "metric_options": {name: values for name, values in chosen.items() if values},
        "device": device,
        "bootstrap": {"resamples": RESAMPLES, "level": LEVEL},
        "left_out": wanted.notes,
    }


def _reason(parts: list[dict[str, Any]], wanted: Wanted) -> str:
    said = [note for part in parts for note in part["notes"]] or wanted.notes
    return "; ".join(dict.fromkeys(said)) or "no metric is chosen"
