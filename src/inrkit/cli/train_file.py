"""A TOML file of flags and options for `inrkit train`. Read before anything heavy is imported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from inrkit.errors import BadInput
from inrkit.options import read_toml

CHOICES = ("plugin", "source", "preset", "encoder", "hypernetwork", "inr", "val", "seed", "device", "init_from", "out")
"""What is settled by flags of its own and is no option."""

PROCESSES = "devices"
"""The flag that says how many processes do it; the run is the same."""

NOT_IN_A_FILE = ("config", "resume", "overwrite", "dry_run", "json", "quiet", "verbose")
"""Flags of one call."""

OPTIONS = {
    **dict.fromkeys(("frames", "stride", "size", "fit", "fps", "skip_bad", "limit", "holdout", "val_size"), "data"),
    **dict.fromkeys(
        (
            "steps",
            "progressive",
            "precision",
            "checkpoint_every",
            "keep",
            "eval_every",
            "eval_metrics",
            "metrics_device",
        ),
        "train",
    ),
}
"""Flags that are short for an option, and its section."""


def read_file(path: Path) -> dict[str, Any]:
    """Flags by parameter name, and options. Flags may stand at the top or in ``[train]``, named like the command."""
    values = {}
    for key, value in read_toml(path).items():
        table, _, name = key.replace("-", "_").rpartition(".")
        name = name if table in ("", "train") else ""
        if name in NOT_IN_A_FILE:
            raise BadInput(f"{path} sets {key}, which belongs to one call", f"Give --{name.replace('_', '-')} there.")
        if name in OPTIONS:
            key = f"{OPTIONS[name]}.{name}"
        values[name if name in (*CHOICES, PROCESSES) else key] = value
    return values
