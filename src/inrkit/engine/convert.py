"""From a checkpoint of a method's original code to a run."""

from __future__ import annotations

import hashlib
import shutil
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import torch

from inrkit import declare
from inrkit.discovery import load_registry
from inrkit.engine.build import build_model
from inrkit.engine.checkpoint import save_checkpoint
from inrkit.engine.codes import CodeTable
from inrkit.engine.config import ComponentConfig, DataConfig, RunConfig
from inrkit.engine.options import DataOptions, TrainOptions
from inrkit.engine.plan import environment
from inrkit.engine.runs import Run
from inrkit.engine.start import make_room
from inrkit.errors import BadInput
from inrkit.interfaces.imported import Imported
from inrkit.options import resolve


def convert(path: Path, out: Path, plugin: str | None = None, overwrite: bool = False) -> Run:
    """Make a run of a checkpoint in the format of some method's original code.

    Args:
        path: The file. It is read with ``weights_only=True``: no code in it is run.
        out: The folder of the new run.
        plugin: The method; if None, every installed one is asked.
        overwrite: Replace a run in `out`.

    Raises:
        BadInput: The file is missing, cut short, of no known format, or has something that nobody read.
    """
    make_room(out, overwrite)
    content = read_foreign(path)
    method, imported = _ask(content, path, plugin)
    config = _config(method, imported, path)
    model = build_model(config)
    own, found = (
        {name: tuple(value.shape) for name, value in state.items()} for state in (model.state_dict(), imported.model)
    )
    wrong = sorted(name for name in own.keys() | found.keys() if own.get(name) != found.get(name))
    if wrong:
        raise BadInput(f"{path} is no whole checkpoint: {len(wrong)} tensors of the model differ, first {wrong[0]}")
    model.load_state_dict(imported.model)
    run = Run(out)
    if out.exists():
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
    files = {"model": model.state_dict(), "codes": _codes(imported).state_dict(), "optimizer": imported.optimizer}
    if imported.latents:
        files["latents"] = imported.latents
    if imported.extra:
        files["imported"] = imported.extra
    state = {"seconds": 0.0, "best_psnr": 0.0, "clips": len(imported.clips), "imported": _origin(path, imported)}
    save_checkpoint(run.checkpoints, imported.visits, files, state)
    config.save(run.config_file)
    return run


def read_foreign(path: Path) -> Any:
    """The content of a .pth file, tensors and plain containers only.

    Raises:
        BadInput: It is missing, cut short, no PyTorch file, or holds more than tensors and plain containers.
    """
    if not path.is_file():
        raise BadInput(f"there is no file {path}")
    try:
        with warnings.catch_warnings():  # what torch thinks of old files is no concern of the user's
            warnings.simplefilter("ignore")
            return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        said = str(error).strip().splitlines() or [""]
        reason = f"{type(error).__name__}: {said[0][:200]}".removesuffix(": ")
        raise BadInput(
            f"{path} cannot be read as a PyTorch checkpoint: {reason}",
            "It may be cut short, or hold more than tensors and plain containers, which inrkit never unpickles.",
        ) from error


def _ask(content: Any, path: Path, plugin: str | None) -> tuple[str, Imported]:
    registry = load_registry()
    asked = []
    for name in [plugin] if plugin else registry.names("method"):
        declared = cast(declare.Method, registry.find("method", name).declaration)
        if declared.importer is None and not plugin:
            continue
        asked.append(name)
        imported: Imported | None = registry.importer(name)(content)
        if imported is not None:
            return name, imported
    raise BadInput(f"{path} is in no known format; asked: {', '.join(asked) or 'no method has an importer'}")


def _config(method: str, imported: Imported, path: Path) -> RunConfig:
    frames, height, width = imported.clip_shape
    parts = {kind: _component(kind, name, options) for kind, (name, options) in imported.components.items()}
    return RunConfig(
        inrkit=version("inrkit"),
        preset=None,
        method=_component("method", method, imported.options),
        **parts,
        data=DataConfig(
            source=None,
            options=DataOptions(frames=frames, size=(height, width)),
            clip_shape=imported.clip_shape,
            clips=imported.clips,
            notes=[f"Imported from {path.name}.", *imported.notes],
        ),
        train=TrainOptions(steps=max(1, imported.visits)),
        environment=environment(),
    )


def _component(kind: str, name: str, options: Any) -> ComponentConfig:
    entry = load_registry().find(kind, name)
    model = resolve(
        {kind: load_registry().options(kind, name)}, {f"{kind}.{key}": value for key, value in options.items()}
    )[kind]
    return ComponentConfig(
        name=name, distribution=entry.distribution, version=entry.version, options=model.model_dump(mode="json")
    )


def _codes(imported: Imported) -> CodeTable:
    codes = CodeTable()
    codes.rows = dict(imported.codes)
    zeros = {name: torch.zeros_like(rows) for name, rows in imported.codes.items()}
    codes.exp_avg = dict(imported.moments.get("exp_avg", zeros))
    codes.exp_avg_sq = dict(imported.moments.get("exp_avg_sq", zeros))
    steps = imported.visits if imported.moments else 0
    codes.visits = torch.full((len(imported.clips),), steps, dtype=torch.long)
    return codes


def _origin(path: Path, imported: Imported) -> dict[str, Any]:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return {"file": path.name, "sha256": digest, "tensors": imported.tensors}
