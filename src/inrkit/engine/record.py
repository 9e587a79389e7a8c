"""What is written down of a recovered video: its settings, its scores, and what they mean in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel
from torch import Tensor

from inrkit.engine.job import Job
from inrkit.engine.judge import Judge, Scores, decibels, verdict
from inrkit.engine.observe import Recovered, pictures
from inrkit.engine.pile import piled

UNKNOWN = "The paper does not say its number of steps and its learning rate: both are assumed."
"""What the record of the published protocol says."""

SCORED = ("result", "also", "baseline", "nearest", "static")


@dataclass
class Measured:
    """A video at the size and rate of the run, measured from uint8 frames.

    Attributes:
        scores: Name of a picture to its scores; {} if there is no truth.
        share_seen: Of its pixels.
        beside: uint8 (F, h, w, 3), what is shown beside the result: what was seen, or the trivial answer if that is to
            be compared by eye.
    """

    scores: dict[str, Scores]
    share_seen: float
    beside: Tensor


def measure(job: Job, recovered: Recovered) -> Measured:
    """Look at everything there is to see of a video, once, piece by piece."""
    truth = job.observation().truth
    beside = "observed" if truth and recovered.footage.factor == 1 else "baseline"
    judges: dict[str, Judge] = {}
    seen: list[float] = []

    def watched() -> Iterator[NDArray[np.uint8]]:
        for piece in pictures(job, recovered):
            mask = piece.get("mask")
            for name in SCORED if truth else ():
                if name in piece:
                    judges.setdefault(name, Judge()).update(piece[name], piece["truth"], mask)
            seen.extend([1.0] * len(piece["truth"]) if mask is None else mask.double().mean((1, 2)).tolist())
            yield from piece[beside].numpy()

    shown = piled(watched())
    return Measured({name: judge.scores() for name, judge in judges.items()}, sum(seen) / len(seen), shown)


def record_of(job: Job, recovered: Recovered, measured: Measured) -> dict[str, Any]:
    """Settings and numbers of one video."""
    said, below = _judged(job, recovered, measured)
    video, found = recovered.footage, recovered.found
    numbers = {name: values.shape[1:].numel() for name, values in (found.weights or found.latents).items()}
    covered = float(video.place.covered.double().mean())
    rows, columns = video.shown.source
    return {
        "task": job.name,
        "video": str(video.path),
        "options": _settings(job.options),
        "fit": _settings(job.fit),
        **job.network,
        **({"also_fit": _settings(job.also), "paper": UNKNOWN} if job.also else {}),
        "seed": job.seed,
        "shape": [len(video.positions) * video.factor, rows, columns],
        "fps": video.fps * video.factor,
        "factor": video.factor,
        "run_shape": list(job.clip_shape),
        "windows": video.starts,
        "seconds_not_used": video.unused,
        "share_recovered": covered,
        "share_seen": measured.share_seen,
        "start": found.start,
        "steps": found.steps,
        "seconds": recovered.seconds,
        "numbers_stored": len(video.starts) * sum(numbers.values()),
        "baseline": job.task.baseline_name,
        "scores": measured.scores,
        "verdict": said,
        "below_a_still_picture": below,
        "notes": [*video.notes, *_remarks(job, recovered, covered), *([UNKNOWN] if job.also else [])],
    }


def _judged(job: Job, recovered: Recovered, measured: Measured) -> tuple[str, bool]:
    """The verdict; where there is no truth, how well what was seen is explained."""
    if not measured.scores:
        explained = decibels(float(recovered.found.error.mean()) / 4)  # of [-1, 1], whose square is 4
        return f"what was seen is explained to {explained:.1f} dB; there is no truth to measure the rest by", False
    said, below = verdict(measured.scores, measured.scores["static"]["psnr"]["all"], job.task.baseline_name)
    return said + _beside(job, measured), below


def _beside(job: Job, measured: Measured) -> str:
    """What the other learning rate gives."""
    if not job.also:
        return ""
    psnr = measured.scores["also"]["psnr"]
    part = "hidden" if "hidden" in psnr else "all"
    return f"; with a learning rate of {job.also.lr:g}, not {job.fit.lr:g}: {psnr[part]:.1f} dB on {part} pixels"


def _remarks(job: Job, recovered: Recovered, covered: float) -> list[str]:
    video = recovered.footage
    notes = []
    if covered < 1:
        notes.append(f"{1 - covered:.0%} of the picture lies outside of the run's clips: not recovered, shown grey")
    if video.unused > 0:
        notes.append(f"one clip of it was taken; {video.unused:.2f} s were not used")
    if len(video.seen) > video.frames:
        notes.append(f"shorter than a clip: {len(video.seen) - video.frames} of {len(video.seen)} frames repeat others")
    if video.factor > 1:
        notes.append(
            f"{video.factor - 1} new frames between each two: not measured, for there is no truth; comparison.mp4 "
            f"shows them beside {job.task.baseline_name}; the last frame stands as long as it did"
        )
    if video.shown.source not in (video.place.source, job.clip_shape[1:]):
        drawn, wanted = ("x".join(map(str, size)) for size in (job.clip_shape[1:], video.shown.source))
        notes.append(
            f"drawn at {drawn}, as clips are, and brought to {wanted}; inrkit render draws its latents at any size"
        )
    return notes


def _settings(options: object) -> dict[str, Any]:
    return options.model_dump(mode="json") if isinstance(options, BaseModel) else {}
