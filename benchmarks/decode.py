"""How fast a video of INR-V's width is rendered, beside the machine's matrix products. See README.md.

python benchmarks/decode.py [--width 256] [--size 100] [--frames 100]
"""

from __future__ import annotations

import argparse
import json
import time

import torch
from train_step import matmul_rate

from inrkit import Spec
from inrkit.model import VideoModel
from inrkit_inrv.nerf_mlp import NerfMLP
from inrkit_inrv.options import NerfMLPOptions

ROUNDS = 5


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--size", type=int, default=100, help="height and width of a frame")
    parser.add_argument("--frames", type=int, default=100)
    chosen = parser.parse_args()
    shape = (chosen.frames, chosen.size, chosen.size)
    inr = NerfMLP(NerfMLPOptions(width=chosen.width), Spec(clip_shape=shape))
    weights = {name: value[None] for name, value in inr.initial_weights().items()}
    model = VideoModel(torch.nn.Module(), torch.nn.Module(), inr)  # type: ignore[arg-type]  # weights are given
    seconds, rates = [], []
    for _ in range(ROUNDS):
        rates.append(matmul_rate())
        began = time.perf_counter()
        model.render_weights(weights, shape)
        seconds.append(time.perf_counter() - began)
    matrices = sum(value.numel() for name, value in weights.items() if name.endswith("weight"))
    products = 2 * chosen.frames * chosen.size**2 * matrices / 1e9
    best, rate = min(seconds), max(rates)
    facts = {
        "threads": torch.get_num_threads(),
        "matmul GFLOP/s": rate,
        "frames/s": chosen.frames / best,
        "share of the matmul rate": products / best / rate,
    }
    print(json.dumps({name: round(value, 3) for name, value in facts.items()}, indent=1))


if __name__ == "__main__":
    main()
