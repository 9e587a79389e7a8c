"""What the flags, the environment and a file ask of `inrkit train`."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from inrkit.cli.train_file import CHOICES, OPTIONS, PROCESSES, read_file
from inrkit.engine.plan import Request
from inrkit.engine.start import default_out
from inrkit.errors import BadInput
from inrkit.options import environment_options, parse_assignments
from inrkit.video import parse_size

SECTIONS = ("train", "data", "method", "encoder", "hypernetwork", "inr", "dataset")


def read_request(given: Mapping[str, Any], of_environment: Collection[str] = ()) -> tuple[Request, Path]:
    """The request, and the folder of the run. Defaults < file < environment < command line.

    Args:
        given: The flags that were given, by parameter name.
        of_environment: Those of them that ``INRKIT_*`` variables gave.

    Raises:
        BadInput: Something is refused before any work begins.
    """
    file = read_file(given["config"]) if "config" in given else {}
    flags = {**file, **given}
    refuse_opposites(flags)
    chosen = {name: value for name, value in flags.items() if name in CHOICES}
    for name, value in chosen.items():
        check_choice(name, value)
    layers = (
        {key: value for key, value in file.items() if key not in (*CHOICES, PROCESSES)},
        environment_options(os.environ, SECTIONS),
        as_options({name: value for name, value in given.items() if name in of_environment}),
        as_options({name: value for name, value in given.items() if name not in of_environment}),
    )
    out = chosen.pop("out", None)
    words: dict[str, Any] = {name: value if name == "seed" else str(value) for name, value in chosen.items()}
    request = Request(**words, layers=layers)
    return request, Path(out) if out is not None else default_out(request)


def as_options(flags: Mapping[str, Any]) -> dict[str, Any]:
    """The options that flags stand for, by dotted key; --steps wins over -o train.steps."""
    options = {f"{section}.{name}": flags[name] for name, section in OPTIONS.items() if name in flags}
    if "data.size" in options:
        options["data.size"] = parse_size(options["data.size"])
    return parse_assignments(flags.get("set_", [])) | options


def check_choice(name: str, value: Any) -> None:
    """Refuse what is no text, or no seed; a file may hold anything, and a shell variable may be empty."""
    flag = "SOURCE" if name == "source" else "--" + name.replace("_", "-")
    if name == "seed":
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise BadInput(f"{flag} should be a whole number, 0 or more, not {value!r}")
    elif not isinstance(value, str | Path):
        raise BadInput(f"{flag} should be text, not {value!r}")
    elif value == "":
        raise BadInput(f"{flag} is empty", "Leave it out, or say which.")


def refuse_opposites(given: Mapping[str, Any]) -> None:
    """Flags that cannot both be meant."""
    if "resume" in given and "overwrite" in given:
        raise BadInput("--resume and --overwrite exclude each other", "Give one of them.")
