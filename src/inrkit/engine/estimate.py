"""What a training will take, from a few real steps of it: nothing is written."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from inrkit.engine.plan import Plan
from inrkit.engine.reporter import Reporter
from inrkit.engine.runs import Run
from inrkit.engine.train import Trainer, Window

TIMED = 3


def estimate(plan: Plan) -> dict[str, Any]:
    """Parameters, FLOPs and memory of a step, and the time of all of them on this machine.

    Returns:
        ``parameters`` by component, ``numbers_per_video`` (latent, weights), ``flops_per_step`` (forward and
        backward, multiplications and additions), ``bytes`` (model with gradients and Adam, codes with Adam, what a
        step keeps for its backward pass, the clips), ``seconds_per_step`` and ``seconds``.
    """
    with tempfile.TemporaryDirectory() as nowhere:
        trainer = Trainer(plan, Run(Path(nowhere)), Reporter())
        trainer.prepare()
        window, saved = Window(), SavedBytes()
        with FlopCounterMode(display=False) as flops, saved:
            trainer.one_step(window)
        started = time.perf_counter()
        for _ in range(TIMED):
            trainer.one_step(window)
        window.summary()  # waits for the device
        seconds = (time.perf_counter() - started) / TIMED
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
        "bytes": {
            "model": 16 * sum(parts.values()),
            "codes": 12 * _count(codes.rows.values()),
            "step": saved.total,
            "clips": plan.train.video.nbytes if plan.train.video is not None else 0,
        },
        "seconds_per_step": seconds,
        "seconds": seconds * plan.config.train.steps,
    }


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
