"""What the flags, the environment and a file ask of `inrkit train`."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from inrkit.engine.plan import Request
from inrkit.engine.start import default_out
from inrkit.errors import BadInput
from inrkit.options import environment_options, parse_assignments, read_toml
from inrkit.video import parse_size

CHOICES = ("plugin", "source", "preset", "encoder", "hypernetwork", "inr", "val", "seed", "device", "init_from", "out")
"""What is settled by flags of its own and is no option."""

NOT_IN_A_FILE = ("config", "resume", "overwrite", "dry_run", "json", "quiet", "verbose")
"""Flags of one call."""

OPTIONS = {
    **dict.fromkeys(("frames", "stride", "size", "fit", "limit", "holdout", "val_size"), "data"),
    **dict.fromkeys(("steps", "checkpoint_every", "keep"), "train"),
}
"""Flags that are short for an option, and its section."""

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
    refuse_unfinished(file | given)
    chosen = {name: value for name, value in (file | given).items() if name in CHOICES}
    for name, value in chosen.items():
        check_choice(name, value)
    layers = (
        as_options(file),
        environment_options(os.environ, SECTIONS),
        as_options({name: value for name, value in given.items() if name in of_environment}),
        as_options({name: value for name, value in given.items() if name not in of_environment}),
    )
    out = chosen.pop("out", None)
    words: dict[str, Any] = {name: value if name == "seed" else str(value) for name, value in chosen.items()}
    request = Request(**words, layers=layers)
    return request, Path(out) if out is not None else default_out(request)


def read_file(path: Path) -> dict[str, Any]:
    """Flags by parameter name and options by dotted key, both without regard to the table ``train``.

    A flag may stand at the top or in ``[train]``, the section named like the command.
    """
    values = {}
    for key, value in read_toml(path).items():
        table, _, name = key.replace("-", "_").rpartition(".")
        if name in NOT_IN_A_FILE and table in ("", "train"):
            raise BadInput(f"{path} sets {key}, which belongs to one call", f"Give --{name.replace('_', '-')} there.")
        known = name in (*CHOICES, *OPTIONS, "devices", "precision")
        values[name if known and table in ("", "train") else key] = value
    return values


def as_options(flags: Mapping[str, Any]) -> dict[str, Any]:
    """The options among some flags, by dotted key; flags of their own win over -o."""
    options = {key: value for key, value in flags.items() if "." in key} | parse_assignments(flags.get("set_", []))
    options |= {f"{section}.{name}": flags[name] for name, section in OPTIONS.items() if name in flags}
    if isinstance(options.get("data.size"), str):
        options["data.size"] = parse_size(options["data.size"])
    return options


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


def refuse_unfinished(given: Mapping[str, Any]) -> None:
    """What the flags promise for later."""
    if given.get("devices", 1) != 1:
        raise BadInput(f"--devices {given['devices']}: training on several devices is not there yet", "Leave it out.")
    if given.get("precision", "float32") != "float32":
        raise BadInput(f"--precision {given['precision']}: only float32 is there yet", "Leave it out.")
    if "resume" in given and "overwrite" in given:
        raise BadInput("--resume and --overwrite exclude each other", "Give one of them.")
