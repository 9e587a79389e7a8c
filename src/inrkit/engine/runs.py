"""The folder of a run, and loading what was trained in it."""

from __future__ import annotations

import shutil
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from pydantic import ValidationError

from inrkit.discovery import load_registry
from inrkit.engine.build import build_model
from inrkit.engine.checkpoint import list_checkpoints, load_codes, load_model, read_state
from inrkit.engine.config import FORMAT, ComponentConfig, Result, RunConfig
from inrkit.engine.plan import resolve_device
from inrkit.engine.tensor_file import check_shapes, count_numbers, read_tensors, sizes
from inrkit.errors import BadInput, PluginError
from inrkit.interfaces import Encoder, Shapes
from inrkit.model import VideoModel

RUNS = Path("runs")


class Run:
    """A folder with config.json, metrics.jsonl, checkpoints/, samples/ and, once finished, result.json.

    Evaluations add evaluations.jsonl during the training, and evaluation.json after it.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.config_file = self.path / "config.json"
        self.metrics_file = self.path / "metrics.jsonl"
        self.evaluations_file = self.path / "evaluations.jsonl"
        self.evaluation_file = self.path / "evaluation.json"
        self.result_file = self.path / "result.json"
        self.checkpoints = self.path / "checkpoints"
        self.samples = self.path / "samples"

    @cached_property
    def config(self) -> RunConfig:
        """What it was made from."""
        config = RunConfig.read(self.config_file)
        if config.format != FORMAT:
            raise BadInput(f"{self.path} has format {config.format}, this inrkit reads {FORMAT}", "Update inrkit.")
        return config

    @property
    def exists(self) -> bool:
        """Whether there is a run in the folder."""
        return self.config_file.is_file()

    @property
    def finished(self) -> bool:
        """Whether training and the measurements after it are done."""
        return self.result_file.is_file()

    @property
    def result(self) -> dict[str, Any] | None:
        """The measurements after training, if finished."""
        try:
            result = Result.model_validate_json(self.result_file.read_bytes())
        except FileNotFoundError:
            return None
        except ValidationError as error:
            wrong = error.errors()[0]
            where = ".".join(str(part) for part in wrong["loc"]) or "the file"
            hint = "Delete it and resume the run."
            raise BadInput(f"{self.result_file} is damaged: {where}: {wrong['msg']}", hint) from error
        return result.model_dump(exclude_none=True)

    def clear(self) -> None:
        """Delete the run, and nothing else that lies in its folder. config.json goes last: till then it is a run."""
        logs = (self.metrics_file, self.evaluations_file)
        for part in (self.result_file, self.evaluation_file, *logs, self.path / "report.html"):
            part.unlink(missing_ok=True)
        for folder in (self.checkpoints, self.samples, self.path / "tensorboard"):
            if folder.exists():
                shutil.rmtree(folder)
        self.config_file.unlink(missing_ok=True)

    def tidy(self) -> None:
        """Delete what a killed process left half-written."""
        for left in self.checkpoints.glob(".step-*.tmp"):
            shutil.rmtree(left, ignore_errors=True)
        for left in self.path.glob(".*.tmp"):
            left.unlink(missing_ok=True)

    def newest_checkpoint(self) -> Path | None:
        """The last whole checkpoint, if any."""
        return next(reversed(list_checkpoints(self.checkpoints)), None)


def newest_run(folder: Path = RUNS) -> Run:
    """The run changed last under `folder`.

    Raises:
        BadInput: There is none.
    """
    runs = sorted(folder.glob("*/config.json"), key=lambda path: path.stat().st_mtime)
    if not runs:
        raise BadInput(f"there is no run under {folder}/", "Train one: inrkit train --plugin inrv")
    return Run(runs[-1].parent)


def load(run: str | Path, *, checkpoint: int | None = None, device: str = "cpu") -> VideoModel:
    """The model of a run, ready to render.

    Args:
        run: Its folder.
        checkpoint: Its step; the newest if None.
        device: "cpu", "cuda", "cuda:i", "mps", or "auto" for the best one here.

    Returns:
        The model in eval mode, with `codes`, `latents` (of the training clips) and `config` set.

    Raises:
        BadInput: It is no run, has no such checkpoint, or a file of it is damaged or foreign.
        PluginError: A plugin it was made with is broken.
    """
    device = resolve_device(device)
    found = Run(run)
    folder = _choose(found, checkpoint)
    check_plugins(found.config)
    model = _built(found, folder)
    load_model(model, folder / "model.safetensors")
    codes = load_codes(folder / "codes.safetensors")
    count = len(found.config.data.clips)
    if len(codes) != count:
        raise BadInput(f"{folder} has codes of {len(codes)} clips, the run {count}", "config.json or they were edited.")
    check_shapes(folder / "codes.safetensors", sizes(codes.rows), _of_clips(count, model.encoder, model.encoder.codes))
    model.codes = {name: rows.to(device) for name, rows in codes.rows.items()}
    saved = folder / "latents.safetensors"
    if saved.is_file():
        expected = _of_clips(count, model.encoder, model.encoder.latents)
        model.latents = {name: rows.to(device) for name, rows in read_tensors(saved, expected).items()}
    elif gives_codes(model.encoder):
        model.latents = model.codes
    model.config = found.config
    model.content = str(read_state(folder).get("model_sha256", ""))
    return model.to(torch.device(device)).eval()


def gives_codes(encoder: Encoder) -> bool:
    """Whether an encoder's latents are its codes."""
    return type(encoder).forward is Encoder.forward


def _choose(run: Run, step: int | None) -> Path:
    _ = run.config  # says first if it is no run at all
    known = {read_state(path)["step"]: path for path in list_checkpoints(run.checkpoints)}
    if not known:
        raise BadInput(f"{run.path} has no checkpoint yet", f"Resume it: inrkit train --resume --out {run.path}")
    if step is not None and step not in known:
        raise BadInput(f"{run.path} has no checkpoint of step {step}", f"It has {', '.join(map(str, known))}.")
    return known[step] if step is not None else known[max(known)]


def _built(run: Run, checkpoint: Path) -> VideoModel:
    """The untrained model that config.json describes, not far larger than what the checkpoint holds.

    Raises:
        BadInput: They do not fit, or the file of the checkpoint cannot be read.
    """
    numbers = count_numbers(checkpoint / "model.safetensors")
    try:
        return build_model(run.config, numbers)
    except BadInput as error:
        raise BadInput(f"{run.config_file} cannot be followed: {error.message}", error.hint) from error


def _of_clips(count: int, encoder: Encoder, shapes: Shapes) -> dict[str, tuple[int, ...]]:
    """The shapes of codes or latents of `count` clips."""
    frames = encoder.clip_frames
    return {name: (count, *(frames if size is None else size for size in shape)) for name, shape in shapes.items()}


def check_plugins(config: RunConfig) -> None:
    """A run made by other plugins, or by another minor version of them, may not mean the same: say so, never guess.

    Raises:
        BadInput: One of them is not installed.
        PluginError: One of them is of another version, or broken.
    """
    registry = load_registry()
    for kind in ("method", "inr", "encoder", "hypernetwork"):
        saved: ComponentConfig = getattr(config, kind)
        made_with = f"the run was made with {saved.distribution} {saved.version}"
        try:
            entry = registry.find(kind, saved.name)
        except BadInput as error:
            hint = f"Install {saved.distribution}=={saved.version}, if you trust it. {error.hint}"
            raise BadInput(f"{made_with}, which is not installed: {error.message}", hint) from error
        installed = f"{entry.distribution} {entry.version}"
        if entry.distribution != saved.distribution or entry.version.split(".")[:2] != saved.version.split(".")[:2]:
            raise PluginError(
                f"{made_with}, but {kind} {saved.name} is of {installed} here",
                f"Install {saved.distribution}=={saved.version}, if you trust it.",
            )
