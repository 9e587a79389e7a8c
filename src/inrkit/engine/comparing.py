"""Runs beside each other, from their files alone: no plugin needs to be installed."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Any

from inrkit.engine.runs import Run
from inrkit.engine.state import read_state
from inrkit.engine.tensor_header import Sizes, header


def compare_runs(paths: list[Path]) -> list[dict[str, Any]]:
    """Facts about each run, by the same names; None where it does not say.

    Raises:
        BadInput: One is no run, or a file of it is damaged.
    """
    return [_facts(Run(path)) for path in paths]


def _facts(run: Run) -> dict[str, Any]:
    config, result = run.config, run.result or {}
    newest = run.newest_checkpoint()
    state = read_state(newest) if newest else {}
    shapes = {name: _shapes(newest, name) for name in ("model", "codes", "latents")} if newest else {}
    train, held_out = result.get("train", {}), result.get("held_out", {})
    return {
        "run": str(run.path),
        "finished": run.finished,
        "method": config.method.name,
        "preset": config.preset,
        "encoder": config.encoder.name,
        "hypernetwork": config.hypernetwork.name,
        "inr": config.inr.name,
        "parameters": sum(map(prod, shapes["model"].values())) if newest else None,
        "numbers_per_video": _numbers_per_video(shapes) if newest else None,
        "source": config.data.source,
        "clips": len(config.data.clips),
        "clips_sha256": config.data.content,
        "clip_shape": list(config.data.clip_shape),
        "seed": config.seed,
        "steps": result.get("steps", state.get("step")),
        "seconds": result.get("seconds", state.get("seconds")),
        "train_psnr": train.get("psnr"),
        "train_floor": train.get("static_floor"),
        "held_out_psnr": held_out.get("psnr"),
        "held_out_floor": held_out.get("static_floor"),
    }


def _numbers_per_video(shapes: dict[str, Sizes]) -> int:
    """Of its latents, or where those are not kept of the codes that they are."""
    codes = {name: shape for name, shape in shapes["codes"].items() if name.startswith("codes.")}
    return sum(prod(shape[1:]) for shape in (shapes["latents"] or codes).values())


def _shapes(checkpoint: Path, name: str) -> Sizes:
    """Tensor to shape, from the header alone; {} if there is no such file."""
    path = checkpoint / f"{name}.safetensors"
    return {} if name == "latents" and not path.exists() else header(path)
