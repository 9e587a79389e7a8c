"""What a recovered video leaves in its folder: the video, what shows how good it is, the latents, the record."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import torch
from pydantic import BaseModel
from torch import Tensor

from inrkit.engine.files import write_atomically
from inrkit.engine.found_file import Kept, save_found
from inrkit.engine.job import Job
from inrkit.engine.judge import Scores, psnr_covered, score, verdict
from inrkit.engine.observe import Recovered, draw_whole
from inrkit.report.sheets import contact_sheet
from inrkit.video import write_png, write_video

SHEET = 96
"""About how high a frame of a contact sheet is, in pixels."""

UNKNOWN = "The paper does not say its number of steps and its learning rate: both of fit and also_fit are assumed."
"""What the record of the published protocol says."""


def write_result(job: Job, recovered: Recovered, folder: Path, run: str, *, lossless: bool) -> dict[str, Any]:
    """Write everything of one video into `folder`; returns its record.

    Args:
        run: The content hash of the run.
        lossless: Whether to write the result as PNG files, too.
    """
    video, place = recovered.footage, recovered.footage.place
    whole = draw_whole(job.model, recovered.found, video)
    observed = place.restore(recovered.pictures["observed"])[video.positions.round().long()]
    folder.mkdir(parents=True, exist_ok=True)
    shown = {"observed": observed, "recovered": whole, "truth": video.truth}
    write_video(folder / "result.mp4", whole, video.fps)
    write_video(folder / "comparison.mp4", torch.cat(list(shown.values()), 2), video.fps)
    write_png(folder / "sheet.png", contact_sheet([(name, small(frames)) for name, frames in shown.items()]))
    if lossless:
        for index, frame in enumerate(whole):
            write_png(folder / "result" / f"{index:06d}.png", frame)
    kept = Kept(recovered.found, video.starts, video.length, video.frames, video.rate, video.name)
    save_found(folder / "latents.safetensors", kept, run)
    record = judged(job, recovered) | {"psnr_at_input_size": psnr_covered(whole, video.truth, place.covered)}
    write_atomically(folder / "record.json", (json.dumps(plain(record), indent=2) + "\n").encode())
    return record


def judged(job: Job, recovered: Recovered) -> dict[str, Any]:
    """Settings and numbers of one video, measured at the size and rate of the run, from uint8 frames."""
    video, pictures = recovered.footage, recovered.pictures
    scored = [name for name in ("result", "also", "baseline", "nearest", "static") if name in pictures]
    scores: dict[str, Scores] = {name: score(pictures[name], pictures["truth"], recovered.observed) for name in scored}
    static = scores["static"]["psnr"]["all"]
    said, below = verdict(scores, static, job.task.baseline_name)
    found = recovered.found
    numbers = {name: values.shape[1:].numel() for name, values in (found.weights or found.latents).items()}
    covered = float(video.place.covered.double().mean())
    return {
        "task": job.name,
        "video": str(video.path),
        "options": _settings(job.options),
        "fit": _settings(job.fit),
        **({"also_fit": _settings(job.also), "paper": UNKNOWN} if job.also else {}),
        "seed": job.seed,
        "shape": list(video.truth.shape[:3]),
        "fps": video.fps,
        "run_shape": list(job.clip_shape),
        "windows": video.starts,
        "seconds_not_used": video.unused,
        "share_recovered": covered,
        "share_seen": 1.0 if recovered.observed is None else float(recovered.observed.double().mean()),
        "start": found.start,
        "steps": found.steps,
        "seconds": recovered.seconds,
        "numbers_stored": len(video.starts) * sum(numbers.values()),
        "baseline": job.task.baseline_name,
        "scores": scores,
        "verdict": said,
        "below_a_still_picture": below,
        "notes": [*video.notes, *_remarks(recovered, covered)],
    }


def _remarks(recovered: Recovered, covered: float) -> list[str]:
    video = recovered.footage
    notes = []
    if covered < 1:
        notes.append(f"{1 - covered:.0%} of the picture lies outside of the run's clips: not recovered, shown grey")
    if video.unused > 0:
        notes.append(f"one clip of it was taken; {video.unused:.2f} s were not used")
    if len(video.seen) > video.frames:
        notes.append(f"shorter than a clip: {len(video.seen) - video.frames} of {len(video.seen)} frames repeat others")
    return notes


def small(frames: Tensor) -> Tensor:
    """uint8 (T, H, W, 3) by every n-th pixel, so that a sheet of any video stays a picture one can look at."""
    step = max(1, math.ceil(frames.shape[1] / (2 * SHEET)))
    return frames[:, ::step, ::step]


def plain(value: Any) -> Any:
    """Ready for JSON, in which there is no infinity and no NaN: they become null."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    return value


def _settings(options: object) -> dict[str, Any]:
    return options.model_dump(mode="json") if isinstance(options, BaseModel) else {}
