"""The space in which a task looks: that of a run, or with --direct one network for each clip."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inrkit.cli import console
from inrkit.engine.direct import choose_clips, direct_model, left_untrained
from inrkit.engine.loading import load
from inrkit.engine.plan import resolve_device
from inrkit.engine.runs import Run, newest_run
from inrkit.errors import BadInput
from inrkit.model import VideoModel
from inrkit.options import parse_assignments

ONLY_DIRECT = ("inr", "size", "frames", "fps", "set")
"""Flags that choose the network of --direct."""


@dataclass(frozen=True)
class Space:
    """A model, and the run that it is of, if any."""

    model: VideoModel
    run: Path | None


def space_of(values: Mapping[str, Any], own: Collection[str] = ()) -> Space:
    """The space that the flags of a task ask for.

    Args:
        own: Options of the task, which mean something without --direct, too.

    Raises:
        BadInput: There is no run, or flags contradict each other.
    """
    device = resolve_device(values["device"] or "auto")
    if values["direct"]:
        return _direct(values, device)
    for name in ONLY_DIRECT:
        if values[name] and name not in own:
            flag = "-o" if name == "set" else f"--{name}"
            raise BadInput(f"{flag} is of a network of its own, and a run has its own", "Add --direct.")
    run = run_of(values)
    return Space(load(run.path, device=device), run.path)


def _direct(values: Mapping[str, Any], device: str) -> Space:
    if values["paper"]:
        raise BadInput("--paper finds latents in the space of a run, --direct needs none", "Give one of them.")
    run = load(values["run"], device=device) if values["run"] is not None else None
    asked = {name: values[name] for name in ("size", "frames", "fps")}
    data = choose_clips(values["videos"], run.config if run else None, **asked)
    options = parse_assignments(values["set"] or ())
    model = direct_model(data, run, values["inr"], options, seed=values["seed"] or 0, device=device)
    assert model.config is not None
    inr, numbers = model.config.inr, sum(value.numel() for value in model.inr.initial_weights().values())
    settings = " ".join(f"{key}={value}" for key, value in inr.options.items())
    shape = "x".join(map(str, data.clip_shape))
    console.note(f"direct: one {inr.name} ({settings}) of {numbers:,} numbers for each clip of {shape}")
    if shared := left_untrained(model, run):
        console.warn(
            f"{inr.name} shares {shared:,} more numbers between videos, and --direct learns only what differs per "
            "video: they stay as they were drawn. Add --run RUN of a space trained with it and the same options, or "
            "-o what makes them differ, if it has such an option."
        )
    return Space(model, None)


def run_of(values: Mapping[str, Any]) -> Run:
    """The run that is named, or the newest.

    Raises:
        BadInput: There is none.
    """
    if values["run"] is not None:
        return Run(values["run"])
    try:
        run = newest_run()
    except BadInput as error:
        direct = ". Or fit a network of its own to the video, which needs no run: add --direct."
        raise BadInput(error.message, error.hint + (direct if "direct" in values else "")) from error
    console.note(f"run: {run.path} (the newest)")
    return run
