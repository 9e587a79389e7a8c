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
from safetensors.torch import save_file
from torch import nn

from inrkit.engine.codes import CodeTable
from inrkit.engine.files import sync_folder
from inrkit.engine.state import STATE, list_checkpoints
from inrkit.engine.tensor_file import read_tensors, sizes
from inrkit.errors import BadInput, InrkitError
from inrkit.interfaces import Tensors


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
            file = temporary / f"{name}.safetensors"
            save_file(_plain(tensors), file)
            file.chmod(temporary.stat().st_mode & 0o666)  # safetensors lets none but its owner read it
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


def load_model(model: nn.Module, path: Path) -> None:
    """Fill `model` from a safetensors file; every name and shape must match.

    Raises:
        BadInput: The file cannot be read, or is of another model.
    """
    own = model.state_dict()
    whole = [name for name, value in own.items() if not value.is_floating_point()]
    model.load_state_dict(read_tensors(path, sizes(own), whole))


def load_codes(path: Path) -> CodeTable:
    """The code table in a safetensors file.

    Raises:
        BadInput: It cannot be read or is no code table.
    """
    codes = CodeTable()
    try:
        codes.load_state_dict(read_tensors(path, whole=["visits"]))
    except ValueError as error:
        raise BadInput(f"{path} is no table of codes: {error}") from error
    return codes


def optimizer_tensors(model: nn.Module, optimizer: torch.optim.Optimizer | None) -> Tensors:
    """An Adam's state as ``slot.parameter name`` to tensor; of parameters it has not moved yet, as it would begin."""
    if optimizer is None:
        return {}
    return {
        f"{slot}.{name}": value
        for name, parameter in _moved_by(optimizer, model).items()
        for slot, value in (optimizer.state.get(parameter) or _beginning(parameter)).items()
    }


def load_optimizer(model: nn.Module, optimizer: torch.optim.Optimizer | None, path: Path) -> None:
    """Give an Adam the state saved by :func:`optimizer_tensors`.

    Raises:
        BadInput: The file cannot be read, lacks moments, or is of another model.
    """
    parameters = {} if optimizer is None else _moved_by(optimizer, model)
    slots = {name: _beginning(parameter) for name, parameter in parameters.items()}
    expected = {f"{slot}.{name}": tuple(value.shape) for name, own in slots.items() for slot, value in own.items()}
    for key, value in read_tensors(path, expected).items():
        slot, _, name = key.partition(".")
        assert optimizer is not None  # or nothing would have been expected
        optimizer.state[parameters[name]][slot] = value.to(parameters[name].device)


def _moved_by(optimizer: torch.optim.Optimizer, model: nn.Module) -> dict[str, nn.Parameter]:
    moved = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
    return {name: parameter for name, parameter in model.named_parameters() if id(parameter) in moved}


def _beginning(parameter: nn.Parameter) -> Tensors:
    """The state in which torch's Adam begins."""
    zeros = torch.zeros_like(parameter, requires_grad=False)
    return {"step": torch.zeros((), device=parameter.device), "exp_avg": zeros, "exp_avg_sq": zeros.clone()}
