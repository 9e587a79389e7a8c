"""What is measured and drawn once a run is trained: from uint8 frames, rendered by the saved checkpoint."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from inrkit.engine.data import Clips, spread
from inrkit.engine.evaluate_pairs import rendered_pairs
from inrkit.engine.files import write_atomically
from inrkit.engine.fit import fit
from inrkit.engine.loading import load
from inrkit.engine.novel import draw_interpolation, draw_novel
from inrkit.engine.plan import Plan
from inrkit.engine.progressive import visits, whole
from inrkit.engine.reporter import Reporter
from inrkit.engine.runs import Run
from inrkit.engine.state import read_state
from inrkit.engine.team import Team
from inrkit.interfaces import ClipBatch, Tensors
from inrkit.interfaces.seeds import seed_of
from inrkit.metrics.psnr import psnr, static_floor
from inrkit.model import VideoModel
from inrkit.report.sheets import pair_sheet
from inrkit.video import write_png

MOST = 256
"""Training clips measured, spread evenly over all of them."""

FIT_STEPS, FIT_POINTS = 200, 4096
"""The short fit of a held-out clip."""

BATCH, SHOWN = 8, 6


def finish(plan: Plan, run: Run, reporter: Reporter, team: Team | None = None) -> dict[str, Any]:
    """Measure a trained run, draw its sheets, and write result.json, which marks it as finished.

    Processes of a team share the clips; the first one draws and writes.

    Returns:
        The content of result.json: PSNR in dB on training clips and held-out clips, each beside the static floor.
    """
    team = team or Team()
    model = load(run.path, device=str(team.device(plan.config.device)))
    train, held_out = plan.train, plan.held_out
    run.samples.mkdir(exist_ok=True)
    result: dict[str, Any] = {"steps": _step_of(run), **_training_time(run)}
    if result["steps"] < run.config.train.steps:
        reporter.warn(f"The last steps made the model worse; measured is its checkpoint of step {result['steps']}.")
    if model.latents:
        rows = spread(range(len(train)), MOST)
        latents = {name: values[rows] for name, values in model.latents.items()}
        result["train"] = compare(run, model, latents, train, rows, "train", reporter, team)
        if len(train) > 1 and model.encoder.space and team.first:
            draw_novel(run, model)
            draw_interpolation(run, model)
    if len(held_out) and model.encoder.latents:  # without latents there is nothing to fit: every video is the same
        started = time.perf_counter()
        index = list(range(len(held_out)))
        found = fit_clips(model, held_out, reporter, team)
        seconds = (time.perf_counter() - started) / len(held_out)
        result["held_out"] = compare(run, model, found, held_out, index, "held-out", reporter, team)
        result["held_out"] |= {"fit_steps": FIT_STEPS, "fit_seconds_per_clip": round(seconds, 3)}
    if team.first:
        write_atomically(run.result_file, (json.dumps(result, indent=2) + "\n").encode())
    return result


def compare(
    run: Run,
    model: VideoModel,
    latents: Tensors,
    clips: Clips,
    rows: Sequence[int],
    name: str,
    reporter: Reporter,
    team: Team | None = None,
) -> dict[str, Any]:
    """PSNR of rendered clips against the true ones, clip by clip, and a sheet of some of both."""
    team = team or Team()
    seen = team.joined(_seen(model, latents, clips, rows, name, reporter, team.part(len(rows))))
    score, floor, numbers = seen["score"], seen["floor"], seen["number"].tolist()
    if team.first:
        sheet = pair_sheet(list(seen["truth"]), list(seen["rendered"]), [clips.names[rows[i]] for i in numbers])
        write_png(run.samples / f"{name}.png", sheet)
    return {
        "clips": len(rows),
        "psnr": _mean(score),
        "static_floor": _mean(floor),
        "above_floor": _round(_mean(score) - _mean(floor)),
        "worst": _round(float(score.min())),
        "best": _round(float(score.max())),
    }


def _seen(
    model: VideoModel, latents: Tensors, clips: Clips, rows: Sequence[int], name: str, reporter: Reporter, part: slice
) -> Tensors:
    """Of some of the `rows`: "score" and "floor" (n,), and of those to be shown "number", "truth" and "rendered"."""
    latents = {key: values[part] for key, values in latents.items()}
    show = set(spread(range(len(rows)), SHOWN))
    seen: dict[str, list[Tensor]] = {"score": [], "floor": [], "number": [], "truth": [], "rendered": []}
    done = part.start
    for rendered, truth in rendered_pairs(model, latents, clips, rows[part], BATCH):
        chosen = [i for i in range(len(truth)) if done + i in show]
        seen["score"].append(psnr(rendered, truth))
        seen["floor"].append(static_floor(truth))
        seen["number"].append(torch.tensor(chosen, dtype=torch.int64) + done)
        seen["truth"].append(truth[chosen])
        seen["rendered"].append(rendered[chosen])
        done += len(truth)
        reporter.measuring(f"{name} clips", done - part.start, part.stop - part.start)
    return {key: torch.cat(values) for key, values in seen.items() if values}


def fit_clips(model: VideoModel, clips: Clips, reporter: Reporter, team: Team | None = None) -> Tensors:
    """Latents of clips that were never trained on, by the short fit."""
    assert model.config is not None
    team = team or Team()
    parts = []
    groups = torch.arange(len(clips)).split(BATCH)
    for part in groups[team.part(len(groups))]:
        seed = seed_of(model.config.seed, "held-out", int(part[0]))
        batch = ClipBatch(clips.read(part), seed=seed, device=model.device)
        parts.append(fit(model, batch, steps=FIT_STEPS, amount=FIT_POINTS))
        reporter.measuring("held-out clips fitted", int(part[-1]) + 1, len(clips))
    own = {name: torch.cat([part[name] for part in parts]) for name in parts[0]} if parts else {}
    return {name: values.to(model.device) for name, values in team.joined(own).items()}


def _step_of(run: Run) -> int:
    newest = run.newest_checkpoint()
    assert newest is not None  # it was loaded
    step: int = read_state(newest)["step"]
    return step


def _training_time(run: Run) -> dict[str, Any]:
    from inrkit.engine.log import read_metrics

    lines = list(read_metrics(run.metrics_file))
    if not lines:
        return {}
    last, config = lines[-1], run.config
    stages = config.stages or whole(len(config.data.clips), config.train.steps)
    seen = visits(stages, config.train.batch, last["step"])
    return {"seconds": last["seconds"], "clips_per_second": _round(seen / max(last["seconds"], 1e-9))}


def _mean(values: Tensor) -> float:
    """Over clips; a clip that is met exactly counts as 100 dB."""
    return _round(float(values.clamp(max=100.0).mean()))


def _round(value: float) -> float:
    return round(value, 2) if math.isfinite(value) else 100.0
