"""What the flags, the environment and a file ask of `inrkit train`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from inrkit.engine.plan import Request
from inrkit.engine.start import default_out
from inrkit.errors import BadInput
from inrkit.options import environment_options, parse_assignments, read_toml
from inrkit.video import parse_size

CHOICES = ("plugin", "source", "preset", "encoder", "hypernetwork", "inr", "val", "seed", "device", "init_from")
"""What is settled by flags of its own and is no option."""

OPTIONS = {
    **dict.fromkeys(("frames", "stride", "size", "fit", "limit", "holdout", "val_size"), "data"),
    **dict.fromkeys(("steps", "checkpoint_every", "keep"), "train"),
}
"""Flags that are short for an option, and its section."""

SECTIONS = ("train", "data", "method", "encoder", "hypernetwork", "inr", "dataset")


def read_request(given: Mapping[str, Any]) -> tuple[Request, Path]:
    """The request, and the folder of the run. Defaults < file < environment < command line.

    Args:
        given: The flags that were given, by parameter name; those from ``INRKIT_*`` variables are among them.

    Raises:
        BadInput: Something is refused before any work begins.
    """
    refuse_unfinished(given)
    file = read_toml(given["config"]) if "config" in given else {}
    file = {(key.replace("-", "_") if "." not in key else key): value for key, value in file.items()}
    chosen = {name: file.pop(name) for name in (*CHOICES, "out") if name in file}
    chosen |= {name: given[name] for name in (*CHOICES, "out") if name in given}
    for name, value in chosen.items():
        if not isinstance(value, int if name == "seed" else str | Path):
            raise BadInput(f"{name} should be {'a whole number' if name == 'seed' else 'text'}, not {value!r}")
    if int(chosen.get("seed", 0)) < 0:
        raise BadInput(f"--seed should be 0 or more, not {chosen['seed']}")
    flags = {f"{section}.{name}": given[name] for name, section in OPTIONS.items() if name in given}
    if "data.size" in flags:
        flags["data.size"] = parse_size(flags["data.size"])
    layers = (file, environment_options(os.environ, SECTIONS), parse_assignments(given.get("set_", [])) | flags)
    out = chosen.pop("out", None)
    words: dict[str, Any] = {name: value if name == "seed" else str(value) for name, value in chosen.items()}
    request = Request(**words, layers=layers)
    return request, Path(out) if out is not None else default_out(request)


def refuse_unfinished(given: Mapping[str, Any]) -> None:
    """What the flags promise for later."""
    if given.get("devices", 1) != 1:
        raise BadInput(f"--devices {given['devices']}: training on several devices is not there yet", "Leave it out.")
    if given.get("precision", "float32") != "float32":
        raise BadInput(f"--precision {given['precision']}: only float32 is there yet", "Leave it out.")
    if "resume" in given and "overwrite" in given:
        raise BadInput("--resume and --overwrite exclude each other", "Give one of them.")
