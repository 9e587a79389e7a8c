"""What a training will take, from a few real steps of it: nothing is written."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from inrkit.engine.finish import BATCH, FIT_POINTS, compare
from inrkit.engine.fit import fit
from inrkit.engine.loading import load
from inrkit.engine.plan import Plan
from inrkit.engine.reporter import Reporter
from inrkit.engine.runs import Run
from inrkit.engine.train import Trainer
from inrkit.engine.watch import Window
from inrkit.interfaces import ClipBatch

TIMED = 3


def estimate(plan: Plan) -> dict[str, Any]:
    """Parameters, FLOPs and memory of a step, and the time of all of them on this machine.

    Returns:
        ``parameters`` by component, ``numbers_per_video`` (latent, weights), ``flops_per_step`` (forward and
        backward, multiplications and additions), ``memory``, ``bytes`` (parts of it: model with gradients and Adam,
        codes with Adam, what a step keeps for its backward pass, the clips), ``seconds_per_step`` and ``seconds``.
        ``memory`` is in bytes: ``process``, what the process has taken at most, Python and PyTorch included, while it
        prepared, trained, saved and measured as a training does, on fewer clips; and with CUDA ``device``, what
        tensors took there at most.
    """
    with tempfile.TemporaryDirectory() as nowhere:
        run = Run(Path(nowhere))
        trainer = Trainer(plan, run, Reporter())
        trainer.prepare()
        trainer.step = trainer.stages[-1].begin  # where batches are as large as they get
        window, saved = Window(), SavedBytes()
        with FlopCounterMode(display=False) as flops, saved:
            trainer.one_step(window)
        started = time.perf_counter()
        for _ in range(TIMED):
            trainer.one_step(window)
        window.summary()  # waits for the device
        seconds = (time.perf_counter() - started) / TIMED
        plan.config.save(run.config_file)
        trainer.save(window)
        if trainer.last_good:
            _measure(plan, run)
    model, codes = trainer.model, trainer.codes
    parts = {name: _count(getattr(model, name).parameters()) for name in ("encoder", "hypernetwork", "inr")}
    return {
        "clips": {"train": len(plan.train), "held_out": len(plan.held_out)},
        "parameters": parts,
        "numbers_per_video": {
            "latent": _count(rows[:1] for rows in codes.rows.values()),
            "weights": _count(model.inr.initial_weights().values()),
        },
        "flops_per_step": flops.get_total_flops(),
        "memory": _memory(trainer.device),
        "bytes": {
            "model": 16 * sum(parts.values()),
            "codes": 12 * _count(codes.rows.values()),
            "step": saved.total,
            "clips": plan.train.video.nbytes if plan.train.video is not None else 0,
        },
        "seconds_per_step": seconds,
        "seconds": seconds * plan.config.train.steps,
    }


def _measure(plan: Plan, run: Run) -> None:
    """What is done once a run is trained, with as many clips as are ever taken together, and one step of the fit."""
    model = load(run.path, device=plan.config.device)
    some = list(range(min(BATCH, len(plan.train))))
    if model.latents:
        latents = {name: values[: len(some)] for name, values in model.latents.items()}
        run.samples.mkdir()
        compare(run, model, latents, plan.train, some, "train", Reporter())
    if len(plan.held_out) and model.encoder.latents:
        batch = ClipBatch(plan.held_out.read(range(min(BATCH, len(plan.held_out)))), device=model.device)
        fit(model, batch, steps=1, amount=FIT_POINTS)


def _memory(device: torch.device) -> dict[str, int]:
    """Bytes taken at most so far."""
    return {"process": peak_memory()} | (
        {"device": torch.cuda.max_memory_allocated(device)} if device.type == "cuda" else {}
    )


def peak_memory() -> int:
    """Bytes of memory (resident set) that this process has taken at most."""
    status = Path("/proc/self/status")  # Linux; what getrusage says there may be of the process that started this one
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


class SavedBytes(torch.autograd.graph.saved_tensors_hooks):
    """Counts the bytes that are kept for a backward pass, each storage once."""

    def __init__(self) -> None:
        self._seen: dict[int, int] = {}
        super().__init__(self._note, lambda tensor: tensor)

    @property
    def total(self) -> int:
        """Bytes."""
        return sum(self._seen.values())

    def _note(self, tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        self._seen[storage.data_ptr()] = storage.nbytes()
        return tensor


def _count(tensors: Any) -> int:
    return sum(tensor.numel() for tensor in tensors)
