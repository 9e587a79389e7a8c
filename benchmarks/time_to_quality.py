"""Quality after a given time: the official training, inrkit's methods, and floors, on the same clips. See README.md.

python benchmarks/time_to_quality.py [--shapes FOLDER] [--faces FOLDER] [--small] [--processor]

Each side trains for the same seconds, one after the other, seed after seed; then its training clips are measured, and
held-out clips by inversion. What a run measured is kept in runs/time/, so that the same command goes on where an
earlier one was stopped; --overwrite begins anew. The tables are written to docs/benchmarks.md; with --small, which is
one seed of a small part, to runs/time/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import torch
from results_keep import machine, replace_text
from time_problem import HELD_OUT, Problem, floors, mean_psnr
from time_side import Clock, Side, learner
from time_write import write_document
from torch import Tensor

from inrkit import ClipBatch, Tensors, to_uint8
from inrkit.engine.data import spread
from inrkit.engine.fit import Found, find, render_found, squared_error
from inrkit.engine.fit_options import FitOptions
from inrkit.engine.objective import Seen
from inrkit.engine.refine import refine
from inrkit.model import VideoModel

ROOT = Path(__file__).resolve().parents[1]

SIDES = [
    Side("official", "official INR-V, re-expressed", held=4),
    Side("inrv", "`inrv`, preset `fast`", "inrv"),
    Side("ours", "`patch-dictionary`", "patch-dictionary"),
    Side("functa-codes", "`functa-codes`", "functa-codes", seeds=False),
    Side("functa", "`functa`", "functa", seeds=False),
    Side("vidfuncta", "`vidfuncta`", "vidfuncta", seeds=False),
    Side("nerv", "`nerv`", "nerv", "default", seeds=False),
    Side("hnerv", "`hnerv`", "hnerv", "default", seeds=False),
    Side("siren", "`siren`", "siren", seeds=False),
    Side("trans-inr", "`trans-inr`", "trans-inr", seeds=False),
]
"""A further side is one more entry. Those with `seeds=False` are families: measured once, at the smallest size."""

SECONDS = {32: 120.0, 64: 300.0}
CURVE = (0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0)
"""Shares of the time at which some training clips are looked at."""

LOOKED_AT, BATCH = 16, 8
REFINE = 300


def main() -> int:
    """Measure what is missing, and write the document."""
    chosen = _options()
    if chosen.threads:
        torch.set_num_threads(chosen.threads)
    for seed in range(chosen.seeds):
        for problem in problems(chosen):
            for side in SIDES:
                if chosen.sides and side.name not in chosen.sides:
                    continue
                once = not side.seeds and (seed or problem.size != min(chosen.sizes) or chosen.small)
                kept = chosen.work / problem.name / f"{side.name}-{seed}.json"
                if once or (kept.exists() and not chosen.overwrite):
                    continue
                print(f"{problem.name}: {side.name}, seed {seed}", file=sys.stderr)
                figures = measure(side, problem, seed, chosen.processor)
                kept.parent.mkdir(parents=True, exist_ok=True)
                replace_text(kept, json.dumps(figures, indent=1))
                print(json.dumps({name: figures[name] for name in ("steps", "psnr", "refined")}), file=sys.stderr)
    write_document(chosen.document, chosen.work, SIDES, LOOKED_AT, REFINE)
    print(f"written: {chosen.document}", file=sys.stderr)
    return 0


def problems(chosen: argparse.Namespace) -> list[Problem]:
    """Those whose videos are here, the smallest first."""
    found = []
    for size in chosen.sizes:
        seconds = chosen.seconds or SECONDS[size]
        toy = {"dataset.count": 64, "dataset.held_out": 16, "data.holdout": None}
        found.append(Problem(f"toy-{size}", "Toy videos, 64 clips", None, size, 64, seconds, toy))
        if chosen.faces:
            held = {"data.holdout": 2}
            found.append(
                Problem(f"faces-{size}", "Faces, 64 clips", chosen.faces, size, 64, seconds, held, people=True)
            )
        if chosen.shapes:
            held = {"data.holdout": 144}
            found.append(Problem(f"shapes-{size}", "Shapes, 256 clips", chosen.shapes, size, 256, seconds, held))
    return [problem for problem in found if not chosen.problems or problem.name in chosen.problems]


def measure(side: Side, problem: Problem, seed: int, processor: bool) -> dict[str, Any]:
    """Train one side on one problem, and say all that came of it."""
    plan = problem.plan(side.plugin or "inrv", side.preset, side.options)
    clips = problem.sides(plan)
    rows = spread(range(len(clips["train"])), LOOKED_AT)
    curve: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        training = learner(side, problem, plan, seed, processor, Path(folder))
        clock, steps, marks = Clock(processor), 0, [share * problem.seconds for share in CURVE]
        while clock.seconds() < problem.seconds and steps < training.steps:
            training.step()
            steps += 1
            if len(marks) > 1 and clock.seconds() >= marks[0]:
                marks.pop(0)
                at, value = clock.seconds(), clock.without(lambda: reached(training.look(), clips["train"], rows))
                curve.append((round(at, 1), value))
        seconds = clock.seconds()
    model = training.look()
    psnr = {"train": reached(model, clips["train"], list(range(len(clips["train"]))))}
    curve.append((round(seconds, 1), reached(model, clips["train"], rows)))
    refined, inversion = {}, {}
    for name in ("clips", "people"):
        if name in clips and (seed == 0 or side.held == HELD_OUT):
            clock = Clock(processor)
            held = clips[name][: side.held]
            found, psnr[name] = inverted(model, held, seed)
            inversion[name] = round(clock.seconds() / len(held), 2)
            refined[name] = further(model, held, found, seed)
    first = {name: value[:1] for name, value in model.latents.items()}
    numbers, weights = (sum(value.numel() for value in each.values()) for each in (first, model.hypernetwork(first)))
    return {
        "title": problem.title,
        "size": problem.size,
        "budget": problem.seconds,
        "shares": CURVE,
        "seconds": round(seconds, 1),
        "steps": steps,
        "numbers": numbers,
        "weights": weights,
        "parameters": sum(value.numel() for value in model.parameters()),
        "psnr": psnr,
        "refined": refined,
        "seconds per inversion": inversion,
        "curve": curve,
        "floors": floors(clips, numbers),
        "machine": machine() + (", seconds of the processor" if processor else ""),
    }


@torch.no_grad()
def reached(model: VideoModel, clips: Tensor, rows: list[int]) -> float:
    """PSNR of training clips, rendered from their latents."""

    def one(part: list[int]) -> Tensor:
        latents: Tensors = {name: value[part] for name, value in model.latents.items()}
        return to_uint8(model.render(latents, _shape(clips)))

    rendered = torch.cat([one(rows[i : i + BATCH]) for i in range(0, len(rows), BATCH)])
    return mean_psnr(rendered, clips[rows])


def inverted(model: VideoModel, clips: Tensor, seed: int) -> tuple[Found, float]:
    """What is found of clips that were never trained on, by latents alone, as `inrkit invert` does it; its PSNR."""
    found = find(model, ClipBatch(clips, seed=seed), FitOptions(), seed=seed)
    return found, mean_psnr(to_uint8(render_found(model, found, _shape(clips))), clips)


def further(model: VideoModel, clips: Tensor, found: Found, seed: int) -> float:
    """PSNR once the weights were refined from there, as with `--refine`."""
    with torch.no_grad():
        refined = refine(
            Seen(model, ClipBatch(clips, seed=seed), squared_error), found, FitOptions(refine=REFINE), None
        )
    return mean_psnr(to_uint8(render_found(model, refined, _shape(clips))), clips)


def _shape(clips: Tensor) -> tuple[int, int, int]:
    return clips.shape[1], clips.shape[2], clips.shape[3]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shapes", type=Path, help="folder of MoCoGAN's moving shapes")
    parser.add_argument("--faces", type=Path, help="folder of videos, each of another person")
    parser.add_argument("--sizes", type=int, nargs="*", default=sorted(SECONDS), choices=sorted(SECONDS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--sides", nargs="*", choices=[side.name for side in SIDES], help="only these; default: all")
    parser.add_argument("--problems", nargs="*", metavar="NAME", help="only these, as toy-32; default: all")
    parser.add_argument("--small", action="store_true", help="toy videos at 32x32, one seed, no families")
    parser.add_argument("--seconds", type=float, help="of each training; default: 120 at 32x32, 300 at 64x64")
    parser.add_argument("--processor", action="store_true", help="count seconds of the processor, for a busy machine")
    parser.add_argument("--threads", type=int, help="of PyTorch; default: as it is")
    parser.add_argument("--overwrite", action="store_true", help="measure all of it anew")
    parser.add_argument("--work", type=Path, default=ROOT / "runs/time", help="where figures are kept")
    parser.add_argument("--document", type=Path, help="default: docs/benchmarks.md; with --small beside the figures")
    chosen = parser.parse_args()
    chosen.document = chosen.document or (chosen.work if chosen.small else ROOT / "docs") / "benchmarks.md"
    for name in ("shapes", "faces"):
        folder = getattr(chosen, name)
        if folder is not None and not folder.is_dir():
            parser.error(f"--{name}: {folder} is no folder")
    if chosen.small:
        chosen.sizes, chosen.seeds, chosen.shapes, chosen.faces = [32], 1, None, None
    return chosen


if __name__ == "__main__":
    sys.exit(main())
