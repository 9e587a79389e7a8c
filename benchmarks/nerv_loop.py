"""One video well: `inrkit fit-single` with several INRs beside a plain hand-written loop of NeRV. See README.md.

python benchmarks/nerv_loop.py VIDEO [--seconds 60] [--size 72x128] [--frames 132] [--inr nerv --inr siren]

All train on the same clip, a slice of each in turn, for the same seconds each, and are measured on uint8 frames.
"""

from __future__ import annotations

import argparse
import math
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inrkit.engine.plan import Plan, Request, make_plan
from inrkit.engine.reporter import Reporter
from inrkit.engine.runs import Run
from inrkit.engine.train import Trainer
from inrkit.engine.watch import Window
from inrkit.interfaces.pixels import to_uint8
from inrkit.metrics.psnr import psnr, static_floor
from inrkit_nerv.decoder import Decoder
from inrkit_nerv.options import NeRVOptions

SLICE = 3.0
"""Seconds of one, then of the next."""


class PlainNeRV(nn.Module):
    """The INR `nerv` at its defaults as one would write it without inrkit: torch's layers, weights and rates."""

    def __init__(self, clip_shape: tuple[int, int, int]) -> None:
        super().__init__()
        frames, self.height, self.width = clip_shape
        like = Decoder(NeRVOptions(), clip_shape)
        waves = math.floor(math.log(frames - 1, 1.25)) + 1
        self.speeds = math.pi * 1.25 ** torch.arange(waves)
        self.maps = (like.channels[0], *like.size)
        self.stem = nn.Sequential(
            nn.Linear(1 + 2 * waves, NeRVOptions().hidden), nn.GELU(),
            nn.Linear(NeRVOptions().hidden, math.prod(self.maps)), nn.GELU(),
        )  # fmt: skip
        layers: list[nn.Module] = []
        for i, stride in enumerate(like.strides):
            layers += [nn.Conv2d(like.channels[i], like.channels[i + 1] * stride**2, 3, padding=1)]
            layers += [nn.PixelShuffle(stride), nn.GELU()]
        head = NeRVOptions().head
        layers += [nn.Conv2d(like.channels[-1], 3 * head**2, 3, padding=1), nn.PixelShuffle(head)]
        self.blocks = nn.Sequential(*layers)

    def forward(self, t: Tensor) -> Tensor:
        """(F,) in [-1, 1] -> (F, H, W, 3)."""
        phase = (t[:, None] + 1) / 2 * self.speeds
        maps = self.stem(torch.cat((t[:, None], phase.sin(), phase.cos()), 1)).unflatten(1, self.maps)
        frames = self.blocks(maps)
        top, left = (frames.shape[2] - self.height) // 2, (frames.shape[3] - self.width) // 2
        return frames[..., top : top + self.height, left : left + self.width].movedim(1, -1)


class PlainLoop:
    """A frame a step, fused Adam, a cosine over the seconds it is given."""

    def __init__(self, video: Tensor, seconds: float, rate: float) -> None:
        torch.manual_seed(0)
        self.video = video.float() / 127.5 - 1
        self.times = torch.linspace(-1, 1, len(video))
        self.model = PlainNeRV(tuple(video.shape[:3]))
        self.optimizer = torch.optim.Adam(self.model.parameters(), rate, fused=True)
        self.seconds, self.rate, self.step = seconds, rate, 0

    def one_step(self, elapsed: float) -> bool:
        """Whether there was one; none is left after the seconds it has."""
        if elapsed >= self.seconds:
            return False
        pick = torch.randint(len(self.video), (1,))
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate * 0.5 * (1 + math.cos(math.pi * elapsed / self.seconds))
        loss = F.mse_loss(self.model(self.times[pick]), self.video[pick])
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.step += 1
        return True

    @torch.no_grad()
    def shown(self) -> Tensor:
        """All frames, uint8 (T, H, W, 3)."""
        return to_uint8(torch.cat([self.model(t) for t in self.times.split(8)]))


class Ours:
    """What ``inrkit fit-single --inr NAME`` does, with as many steps as fit into the seconds."""

    def __init__(self, plan: Callable[[int], Plan], seconds: float, clock: Callable[[], float]) -> None:
        trial = self._trainer(plan(1000))
        for _ in range(5):
            trial.one_step(Window())
        started, steps = clock(), 0
        while clock() - started < max(1.0, seconds / 30):
            trial.one_step(Window())
            steps += 1
        self.trainer = self._trainer(plan(max(1, round(steps * seconds / (clock() - started)))))

    def _trainer(self, plan: Plan) -> Trainer:
        trainer = Trainer(plan, Run(Path(tempfile.mkdtemp()) / "run"), Reporter())
        trainer.prepare()
        return trainer

    def one_step(self, elapsed: float) -> bool:
        """Whether there was one."""
        if self.step >= self.trainer.options.steps:
            return False
        self.trainer.one_step(Window())
        return True

    @property
    def step(self) -> int:
        """Steps so far."""
        return self.trainer.step

    @torch.no_grad()
    def shown(self) -> Tensor:
        """All frames, uint8 (T, H, W, 3)."""
        self.trainer.model.eval()
        return to_uint8(self.trainer.model.render(self.trainer.codes.rows, self.trainer.plan.train.shape)[0])


def plan_of(video: Path, inr: str, options: argparse.Namespace) -> Callable[[int], Plan]:
    """Steps to the plan of ``fit-single``."""
    size = tuple(int(n) for n in options.size.split("x"))
    data = {"data.frames": options.frames, "data.size": size, "data.limit": 1}
    more = dict(pair.split("=", 1) for pair in options.set)

    def plan(steps: int) -> Plan:
        request = Request(
            plugin="single-inr",
            source=str(video),
            inr=inr,
            device="cpu",
            layers=(data | more | {"train.steps": steps},),
        )
        return make_plan(request, Reporter())

    return plan


def main() -> None:
    """Train, measure, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("video", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--size", default="72x128")
    parser.add_argument("--frames", type=int, default=132)
    parser.add_argument("--inr", action="append", help="default: nerv, hnerv, siren, nerf-mlp")
    parser.add_argument("--rate", type=float, default=3e-3, help="of the plain loop")
    parser.add_argument("--set", action="append", default=[], help="KEY=VALUE of every fit-single")
    parser.add_argument("--processor", action="store_true", help="count seconds of the processor: the machine is busy")
    options = parser.parse_args()
    clock = time.process_time if options.processor else time.perf_counter
    names = options.inr or ["nerv", "hnerv", "siren", "nerf-mlp"]
    plan = plan_of(options.video, names[0], options)(1)
    truth = plan.train.read([0])[0]
    rivals: dict[str, PlainLoop | Ours] = {"plain loop": PlainLoop(truth, options.seconds, options.rate)}
    rivals |= {name: Ours(plan_of(options.video, name, options), options.seconds, clock) for name in names}
    elapsed, left = dict.fromkeys(rivals, 0.0), list(rivals)
    while left:
        for name in list(left):
            before = clock()
            while clock() - before < SLICE:
                if not rivals[name].one_step(elapsed[name] + clock() - before):
                    left.remove(name)
                    break
            elapsed[name] += clock() - before
    print(f"\n| {truth.shape[0]}x{options.size}, {torch.get_num_threads()} threads | seconds | steps | PSNR |")
    print("| --- | ---: | ---: | ---: |")
    print(f"| static frame | | | {static_floor(truth[None])[0]:.2f} |")
    for name, rival in rivals.items():
        print(f"| {name} | {elapsed[name]:.0f} | {rival.step} | {psnr(rival.shown()[None], truth[None])[0]:.2f} |")


if __name__ == "__main__":
    main()
