"""The model of a run, as it was trained."""

from __future__ import annotations

from pathlib import Path

import torch

from inrkit.discovery import load_registry
from inrkit.engine.build import build_model
from inrkit.engine.checkpoint import load_codes, load_model
from inrkit.engine.config import ComponentConfig, RunConfig
from inrkit.engine.plan import resolve_device
from inrkit.engine.runs import Run
from inrkit.engine.state import list_checkpoints, read_state
from inrkit.engine.tensor_file import read_tensors, sizes
from inrkit.engine.tensor_header import check_shapes, count_numbers
from inrkit.errors import BadInput, PluginError
from inrkit.interfaces import Encoder, Shapes
from inrkit.model import VideoModel


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
        raise BadInput(f"{run.path} has no checkpoint yet", f"Resume it: {run.to_resume}")
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
        made_with = f"the run was made with {saved.distribution} {saved.version}".rstrip()
        try:
            entry = registry.find(kind, saved.name)
        except BadInput as error:
            if not saved.version:  # only a one-file plugin has none
                hint = f"In the folder of {saved.distribution}.py: export INRKIT_PLUGIN_MODULES={saved.distribution}"
                raise BadInput(f"{made_with}, a plugin of one file, which is not named here", hint) from error
            hint = f"Install {saved.distribution}=={saved.version}, if you trust it. {error.hint}"
            raise BadInput(f"{made_with}, which is not installed: {error.message}", hint) from error
        installed = f"{entry.distribution} {entry.version}"
        if entry.distribution != saved.distribution or entry.version.split(".")[:2] != saved.version.split(".")[:2]:
            raise PluginError(
                f"{made_with}, but {kind} {saved.name} is of {installed} here",
                f"Install {saved.distribution}=={saved.version}, if you trust it.",
            )
