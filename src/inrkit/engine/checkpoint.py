"""Checkpoints: safetensors and JSON in a folder that is there whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from inrkit.engine.codes import CodeTable
from inrkit.engine.files import sync_folder
from inrkit.errors import BadInput, InrkitError
from inrkit.interfaces import Tensors

STATE = "state.json"


def save_checkpoint(
    folder: Path, step: int, files: dict[str, Tensors], state: dict[str, Any], keep: int | None = None
) -> Path:
    """Write ``step-XXXXXXXX`` under `folder`, then delete all but the newest `keep` checkpoints.

    Args:
        files: Name without suffix (``model``, ``codes``, ``optimizer``, …) to tensors.
        state: Plain data for state.json; ``step`` and the model's sha256 are added.

    Raises:
        InrkitError: It could not be written; earlier checkpoints are as they were.
    """
    folder.mkdir(parents=True, exist_ok=True)
    final = folder / f"step-{step:08d}"
    temporary = folder / f".{final.name}.{os.getpid()}.tmp"
    shutil.rmtree(temporary, ignore_errors=True)  # of a killed process: in a container the next has its number
    try:
        temporary.mkdir()
        for name, tensors in files.items():
            save_file(_plain(tensors), temporary / f"{name}.safetensors")
        digest = hashlib.sha256((temporary / "model.safetensors").read_bytes()).hexdigest()
        (temporary / STATE).write_text(json.dumps({"step": step, "model_sha256": digest, **state}, indent=2) + "\n")
        sync_folder(temporary)
        if final.exists():  # resumed from an older one: the same step again, the same content
            shutil.rmtree(final)
        temporary.rename(final)
    except (OSError, SafetensorError) as error:
        shutil.rmtree(temporary, ignore_errors=True)
        raise InrkitError(f"checkpoint {final} could not be written: {error}", "Earlier ones are intact.") from error
    for old in list_checkpoints(folder)[: -keep if keep else 0]:
        shutil.rmtree(old, ignore_errors=True)
    return final


def _plain(tensors: Tensors) -> Tensors:
    """On the CPU, contiguous, none sharing memory with another, as safetensors wants them."""
    return {name: value.detach().to("cpu", copy=True).contiguous() for name, value in tensors.items()}


def list_checkpoints(folder: Path) -> list[Path]:
    """The whole checkpoints in a folder, oldest first."""
    return sorted(path.parent for path in folder.glob(f"step-*/{STATE}"))


def read_state(checkpoint: Path) -> dict[str, Any]:
    """The content of state.json.

    Raises:
        BadInput: It is no JSON object with a step.
    """
    try:
        state = json.loads((checkpoint / STATE).read_bytes())
    except (OSError, ValueError) as error:
        raise BadInput(f"checkpoint {checkpoint} cannot be read: {error}") from error
    if not isinstance(state, dict) or not isinstance(state.get("step"), int):
        raise BadInput(f"checkpoint {checkpoint} cannot be read: {STATE} holds no step")
    return state


def read_tensors(path: Path) -> Tensors:
    """The tensors of a safetensors file.

    Raises:
        BadInput: It is missing, cut short, or something else.
    """
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise BadInput(f"{path} cannot be read: {error}", "The file is damaged or not a safetensors file.") from error


def load_model(model: nn.Module, path: Path) -> None:
    """Fill `model` from a safetensors file; every name and shape must match.

    Raises:
        BadInput: The file cannot be read, or is of another model.
    """
    tensors = read_tensors(path)
    own = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    found = {name: tuple(value.shape) for name, value in tensors.items()}
    wrong = sorted(name for name in own.keys() | found.keys() if own.get(name) != found.get(name))
    if wrong:
        name = wrong[0]
        raise BadInput(
            f"{path} does not belong to this configuration: {len(wrong)} tensors differ, first {name}: "
            f"{found.get(name, 'missing')} in the file, {own.get(name, 'none')} in the model"
        )
    model.load_state_dict(tensors)


def load_codes(path: Path) -> CodeTable:
    """The code table in a safetensors file.

    Raises:
        BadInput: It cannot be read or is no code table.
    """
    codes = CodeTable()
    try:
        codes.load_state_dict(read_tensors(path))
    except (ValueError, KeyError) as error:
        raise BadInput(f"{path} is no table of codes: {error}") from error
    return codes


def optimizer_tensors(model: nn.Module, optimizer: torch.optim.Optimizer | None) -> Tensors:
    """An Adam's state as ``slot.parameter name`` to tensor."""
    if optimizer is None:
        return {}
    return {
        f"{slot}.{name}": value
        for name, parameter in model.named_parameters()
        for slot, value in optimizer.state.get(parameter, {}).items()
        if isinstance(value, Tensor)
    }


def load_optimizer(model: nn.Module, optimizer: torch.optim.Optimizer | None, path: Path) -> None:
    """Give an Adam the state saved by :func:`optimizer_tensors`.

    Raises:
        BadInput: The file cannot be read, or is of another model.
    """
    parameters = dict(model.named_parameters())
    for key, value in read_tensors(path).items():
        slot, _, name = key.partition(".")
        parameter = parameters.get(name)
        if optimizer is None or parameter is None or (slot != "step" and value.shape != parameter.shape):
            raise BadInput(f"{path} does not belong to this model: {key} {tuple(value.shape)}")
        optimizer.state[parameter][slot] = value.to(parameter.device)
