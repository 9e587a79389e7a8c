"""A space to share: what it takes to load a run, and nothing of how it was trained."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import torch

from inrkit.engine.checkpoint import save_checkpoint
from inrkit.engine.config import RunConfig
from inrkit.engine.files import write_atomically
from inrkit.engine.loading import gives_codes, load
from inrkit.engine.runs import Run
from inrkit.engine.state import read_state
from inrkit.errors import BadInput, InrkitError
from inrkit.interfaces import Tensors
from inrkit.model import VideoModel


def export_space(path: Path, out: Path, *, bf16: bool = False, checkpoint: int | None = None) -> dict[str, Any]:
    """Write the model, the codes and the configuration of a run into `out`: a run that cannot be trained further.

    Names of folders on this machine, which a configuration holds, are left out. Without `bf16` every number is as it
    was, so latents found in the run are latents of the space.

    Args:
        bf16: Keep parameters, codes and latents in half the room, as bfloat16: no longer quite the same pixels.
        checkpoint: Its step; the newest if None.

    Returns:
        What was written: "files", name to bytes; "model_sha256".

    Raises:
        BadInput: There is no such checkpoint, or `out` is in use.
        InrkitError: It cannot be written.
    """
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise BadInput(f"{out} exists", "Choose another --out, or remove it.")
    run, space = Run(path), Run(out)
    model = load(path, checkpoint=checkpoint)  # what cannot be loaded is not shared
    state = {key: value for key, value in _state(run, checkpoint).items() if key not in ("step", "model_sha256")}
    state |= {"exported": "bfloat16" if bf16 else "float32"}
    try:
        saved = save_checkpoint(space.checkpoints, _state(run, checkpoint)["step"], _tensors(model, bf16), state)
        if run.result is not None and checkpoint is None:
            write_atomically(space.result_file, run.result_file.read_bytes())
        _without_places(run.config).save(space.config_file)  # last: it makes a run of the folder
    except (OSError, InrkitError) as error:
        shutil.rmtree(out, ignore_errors=True)
        raise InrkitError(f"{out} cannot be written: {error}", "Make room, or choose another --out.") from error
    files = {str(each.relative_to(out)): each.stat().st_size for each in sorted(out.rglob("*")) if each.is_file()}
    return {"files": files, "model_sha256": read_state(saved)["model_sha256"]}


def refuse_exported(run: Run) -> None:
    """Refuse to train further what was exported.

    Raises:
        BadInput: It was.
    """
    newest = run.newest_checkpoint()
    if newest is not None and "exported" in read_state(newest):
        raise BadInput(
            f"{run.path} is an exported space, without the state of its optimiser: it cannot be resumed",
            f"Resume the run that it was exported from, or begin a new one there: --init-from {run.path}",
        )


def _state(run: Run, checkpoint: int | None) -> dict[str, Any]:
    newest = run.newest_checkpoint()
    assert newest is not None  # it was loaded
    return read_state(newest if checkpoint is None else newest.with_name(f"step-{checkpoint:08d}"))


def _tensors(model: VideoModel, bf16: bool) -> dict[str, Tensors]:
    """File to its tensors. Buffers stay as they are: they may be positions or scales, where each digit counts."""
    parameters = {name for name, _ in model.named_parameters()}
    whole = {name: value for name, value in model.state_dict().items() if name not in parameters}
    trained = {name: value for name, value in model.state_dict().items() if name in parameters}
    files = {"model": whole | _smaller(trained, bf16)}
    count = len(next(iter(model.codes.values()))) if model.codes else len(_config(model).data.clips)
    codes = {f"codes.{name}": rows for name, rows in model.codes.items()}
    files["codes"] = {"visits": torch.zeros(count, dtype=torch.long)} | _smaller(codes, bf16)
    if model.latents and not gives_codes(model.encoder):
        files["latents"] = _smaller(model.latents, bf16)
    return files


def _smaller(tensors: Tensors, bf16: bool) -> Tensors:
    return {name: value.to(torch.bfloat16) if bf16 else value for name, value in tensors.items()}


def _config(model: VideoModel) -> RunConfig:
    assert model.config is not None
    return model.config


def _without_places(config: RunConfig) -> RunConfig:
    """The configuration, of paths the last name only."""
    data = config.data.model_copy(
        update={name: Path(value).name for name in ("source", "val") if (value := getattr(config.data, name))}
    )
    began = Path(config.init_from).name if config.init_from else None
    return config.model_copy(update={"data": data, "init_from": began})
