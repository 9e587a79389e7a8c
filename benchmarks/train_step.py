"""Our training of INR-V beside the official one: same model, same clips, in turn, for the same time. See README.md.

python benchmarks/train_step.py [--seconds 60] [--clips 16] [--checkpoint] [--official]
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from official import OfficialTraining

from inrkit.engine.latents import training_latents
from inrkit.engine.plan import Request, make_plan
from inrkit.engine.reporter import Reporter
from inrkit.engine.runs import Run
from inrkit.engine.train import Trainer
from inrkit.engine.watch import Window

FRAMES, CODE = 25, 64
SLICE = 5.0
"""Seconds of one, then of the other."""

FAST_SIZE, OFFICIAL_SIZE, OFFICIAL_BATCH = 64, 100, 2

OFFICIAL = {
    "method.loss": "l1",
    "hypernetwork.init": "official",
    "train.batch": OFFICIAL_BATCH,
    "train.points": 1.0,
    "train.lr": 1e-4,
    "train.warmup": 0,
}
"""The official workload in our options: all points of two clips, so that a visit is the same work on both sides."""


def our_training(clips: int, size: int, steps: int, options: Mapping[str, Any], folder: Path) -> Trainer:
    """The preset `fast`, with the official model and these options."""
    same_model = {
        "inr.width": 256,
        "inr.frequencies": 10,
        "inr.time_frequencies": 10,
        "encoder.size": CODE,
        "data.frames": FRAMES,
        "data.size": (size, size),
        "dataset.count": clips,
        "dataset.held_out": 0,
        "data.holdout": 0,
        "train.batch": min(16, clips),
        "train.steps": steps,
        "train.schedule": "constant",
        **options,
    }
    plan = make_plan(Request(plugin="inrv", preset="fast", device="cpu", layers=(same_model,)), Reporter())
    trainer = Trainer(plan, Run(folder), Reporter())
    trainer.prepare()
    return trainer


def our_psnr(trainer: Trainer) -> float:
    """Of all clips on all pixels, in dB, a mean over clips."""
    latents = training_latents(trainer.model, trainer.plan.train, trainer.codes, trainer.features)
    trainer.model.eval()
    values = []
    for number in range(len(trainer.plan.train)):
        one = {name: rows[number : number + 1] for name, rows in latents.items()}
        rgb = trainer.model.render(one, trainer.plan.train.shape)[0].clamp(-1, 1)
        truth = trainer.plan.train.read([number])[0].float() / 127.5 - 1
        values.append(-10 * math.log10(((rgb - truth) / 2).square().mean().item()))
    trainer.model.train()
    return sum(values) / len(values)


def matmul_rate() -> float:
    """GFLOP/s of a product of two square matrices of 1024."""
    a = torch.randn(1024, 1024)
    a @ a
    began = time.perf_counter()
    for _ in range(20):
        a @ a
    return 20 * 2 * 1024**3 / (time.perf_counter() - began) / 1e9


def products(official: OfficialTraining, size: int) -> float:
    """GFLOP of the matrix products that all points of one clip need in a training step.

    One to go forward; one for the weights; and one for the layer's input, which the first layer does not need.
    """
    layers = [fan_out * fan_in for fan_out, fan_in in official.model.shapes]
    return 2 * FRAMES * size**2 * (3 * sum(layers) - layers[0]) / 1e9


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="for each of the two")
    parser.add_argument("--clips", type=int, default=16)
    parser.add_argument("--checkpoint", action="store_true", help="the official side writes one after each step")
    parser.add_argument(
        "--official", action="store_true", help="the official workload on both sides: 100x100, all points, batch 2, L1"
    )
    chosen = parser.parse_args()
    torch.manual_seed(0)
    size, options = (OFFICIAL_SIZE, OFFICIAL) if chosen.official else (FAST_SIZE, {})
    with tempfile.TemporaryDirectory() as folder:
        ours = our_training(chosen.clips, size, 10**6, options, Path(folder) / "run")
        clips = ours.plan.train.read(list(range(chosen.clips)))
        checkpoint = Path(folder) / "official.pth" if chosen.checkpoint else None
        official = OfficialTraining(clips, CODE, batch=OFFICIAL_BATCH, checkpoint=checkpoint)
        seconds, visits = {"ours": 0.0, "official": 0.0}, {"ours": 0, "official": 0}
        rates = []
        while min(seconds.values()) < chosen.seconds:
            rates.append(matmul_rate())
            for name in seconds:
                until = seconds[name] + SLICE
                while seconds[name] < until:
                    began = time.perf_counter()
                    if name == "ours":
                        ours.one_step(Window())
                        visits[name] += min(ours.options.batch, chosen.clips)
                    else:
                        visits[name] += official.step()
                    seconds[name] += time.perf_counter() - began
        parameters = sum(each.numel() for each in official.model.heads.parameters())
        assert parameters == sum(each.numel() for each in ours.model.hypernetwork.parameters()), "not the same model"
        facts = {
            "cores": os.cpu_count(),
            "threads": torch.get_num_threads(),
            "matmul GFLOP/s": statistics.median(rates),
            "clips": chosen.clips,
            "seconds each": min(seconds.values()),
            "official clip-visits/s": visits["official"] / seconds["official"],
            "our clip-visits/s": visits["ours"] / seconds["ours"],
        }
        if chosen.official:
            work = products(official, size) / facts["matmul GFLOP/s"]
            facts["official share of the matmul rate"] = facts["official clip-visits/s"] * work
            facts["our share of the matmul rate"] = facts["our clip-visits/s"] * work
        else:
            facts |= {"official PSNR": official.psnr(), "our PSNR": our_psnr(ours)}
    facts["ratio of visits"] = facts["our clip-visits/s"] / facts["official clip-visits/s"]
    print(json.dumps({name: round(value, 3) for name, value in facts.items()}, indent=1))


if __name__ == "__main__":
    main()
