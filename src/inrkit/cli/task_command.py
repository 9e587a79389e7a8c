"""The function behind a task's command: its signature is made of the task's options and of the flags of its kind."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inrkit.cli.model_flags import check_names, flags_of, parameter, sentence

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

OWN, FIT, VIDEOS, HOW = "Of this task", "How latents are found", "The videos", "How it runs"
DIRECT = "Without a run"
"""Panels of the help."""

VIDEO, VIDEOS_ARE = "VIDEO...", "Videos, folders of frames, or folders of these."
SET_IS = "any option of the INR"
AT_ONE = "Take only the clip that begins at this second; where whole frames are hidden, default 0."
AT_ALL = "Take only the clip that begins at this second; default: all of the video."


def task_function(name: str) -> Callable[..., None]:
    """A plain annotated function that runs the task `name`, for typer to read.

    Raises:
        PluginError: The task is broken, or one of its options has the name of a common flag.
        BadInput: It needs a package that is not installed.
    """
    from inrkit.discovery import load_registry
    from inrkit.engine.fit_options import FitOptions
    from inrkit.interfaces import ObservationTask

    registry = load_registry()
    cls, options = registry.get("task", name), registry.options("task", name)
    observes = issubclass(cls, ObservationTask)
    common = _common()
    own = flags_of(options, OWN)
    if observes:
        direct = [flag for flag in _of_direct() if flag.name not in options.model_fields]
        common = [*_of_videos(cls.hides_frames), *flags_of(FitOptions, FIT, cls.fit_defaults), *direct, *common]
    check_names(name, options.model_fields, [each.name for each in common])
    if not observes:
        return _function(name, observes, [*(_special(flag, options.model_fields[flag.name]) for flag in own), *common])
    return _function(name, observes, [*common[:1], *own, *common[1:]])


def _function(name: str, observes: bool, parameters: list[inspect.Parameter]) -> Callable[..., None]:
    def task(**values: Any) -> None:
        from inrkit.cli.task_run import run_observation, run_task

        (run_observation if observes else run_task)(name, values)

    task.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    task.__annotations__ = {each.name: each.annotation for each in parameters}
    return task


def _common() -> list[inspect.Parameter]:
    return [
        _flag("run", Path, HOW, "Folder of the run; default: the newest under ./runs."),
        _flag("device", str, HOW, "auto, cpu, cuda, cuda:i or mps; default auto."),
        _switch("json", HOW, "Print the result as JSON on stdout, for programs."),
        _switch("quiet", HOW, "Say nothing but warnings, errors and the result.", "-q"),
    ]


def _of_videos(hides_frames: bool) -> list[inspect.Parameter]:
    return [
        _videos(),
        _flag(
            "out",
            Path,
            VIDEOS,
            "Folder for the results; default results/TASK. Without --resume, what is there is replaced.",
        ),
        _flag("at", float, VIDEOS, AT_ONE if hides_frames else AT_ALL),
        _switch("loop", VIDEOS, "Repeat a video that is shorter than a clip."),
        _switch("hold", VIDEOS, "Let the last frame of a video that is shorter than a clip stand."),
        _switch("resume", VIDEOS, "Leave alone the videos that an earlier call has done in just the same way."),
        _flag("devices", int, HOW, "So many processes share the videos, each on its GPU, or on cores.", min=1),
        _switch("lossless", VIDEOS, "Write each result as PNG files, too."),
        _flag("seed", int, FIT, "Another seed, other random numbers; default 0.", min=0),
        _switch("paper", FIT, "The published protocol: its mask, squared error, one start from N(0, 0.01)."),
    ]


def _of_direct() -> list[inspect.Parameter]:
    """What chooses the network that is fitted in place of latents. An option of the task of such a name is both."""
    return [
        _switch("direct", DIRECT, "Fit a network of its own to each clip, in place of latents of a run; needs none."),
        _flag("inr", str, DIRECT, "With --direct: that INR; default: of --run, else nerf-mlp."),
        _flag("size", str, DIRECT, "With --direct: HxW, or N for a height of N; default: of --run, or moderate."),
        _flag("frames", int, DIRECT, "With --direct: of a clip; default: of --run, else 25.", min=1, max=100_000),
        _flag("fps", float, DIRECT, "With --direct: frames a second to take; default: all.", min=0.01, max=1000),
        _set(DIRECT),
    ]


def _special(flag: inspect.Parameter, field: FieldInfo) -> inspect.Parameter:
    """An option of a task that is no flag of its own name."""
    if flag.name == "videos":
        return _videos(field.title or VIDEO, sentence(field.description or VIDEOS_ARE))
    return _set(OWN, field.description or SET_IS) if flag.name == "set" else flag


def _videos(metavar: str = VIDEO, text: str = VIDEOS_ARE) -> inspect.Parameter:
    videos = typer.Argument(metavar=metavar, help=text)
    return inspect.Parameter("videos", inspect.Parameter.KEYWORD_ONLY, annotation=Annotated[list[Path], videos])


def _set(panel: str, what: str = SET_IS) -> inspect.Parameter:
    text = f"key=value, {what}; repeat it."
    return parameter("set", list[str], typer.Option("--set", "-o", help=text, rich_help_panel=panel))


def _flag(name: str, kind: Any, panel: str, text: str, **more: Any) -> inspect.Parameter:
    return parameter(name, kind, typer.Option(f"--{name}", help=text, rich_help_panel=panel, **more))


def _switch(name: str, panel: str, text: str, *short: str) -> inspect.Parameter:
    option = typer.Option(f"--{name}", *short, help=text, rich_help_panel=panel)
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=Annotated[bool, option])
