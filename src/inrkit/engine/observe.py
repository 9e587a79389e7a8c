"""What every observation task is: see a part of some videos, find what explains it, show all of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from inrkit.engine.fit import Found, find, render_found
from inrkit.engine.fit_options import FitOptions
from inrkit.engine.footage import Footage
from inrkit.engine.job import Job, in_windows
from inrkit.engine.windows import stitch
from inrkit.interfaces import ClipBatch, Observation
from inrkit.interfaces.pixels import to_float, to_uint8
from inrkit.interfaces.types import Shape
from inrkit.model import VideoModel

BATCH = 16
"""Windows fitted together; those of one video always are."""


@dataclass
class Recovered:
    """What was found for one video.

    Attributes:
        footage: The video.
        found: For its windows.
        pictures: Name to uint8 (F, h, w, 3) at the run's size and rate: "truth", "observed", "result", "baseline",
            "nearest" (the best training latent), "static" (the mean frame of each window), and "also" of a job that
            has another way to fit.
        observed: bool (F, h, w); None: all of it was seen.
        seconds: That it took to find: its share of its batch.
    """

    footage: Footage
    found: Found
    pictures: dict[str, Tensor]
    observed: Tensor | None
    seconds: float


def batches(videos: Iterator[Footage]) -> Iterator[list[Footage]]:
    """Videos in groups of about :data:`BATCH` windows."""
    group: list[Footage] = []
    for video in videos:
        if group and sum(len(each.starts) for each in group) + len(video.starts) > BATCH:
            yield group
            group = []
        group.append(video)
    if group:
        yield group


def recover(job: Job, videos: Sequence[Footage]) -> list[Recovered]:
    """Fit all windows of some videos together, and draw each video at the run's size."""
    begin = time.perf_counter()
    clips = torch.cat([video.windows() for video in videos]).to(job.model.device)
    observation = in_windows(job.observation(), [start for video in videos for start in video.starts])
    found = find_windows(job, job.fit, clips, observation, videos)
    each = (time.perf_counter() - begin) / len(clips)
    others = {"nearest": FitOptions(start="nearest", steps=0)} | ({"also": job.also} if job.also else {})
    beside = {name: find_windows(job, how, clips, observation, videos) for name, how in others.items()}
    seen = to_float(clips)
    if observation.mask is not None:
        seen = torch.where(observation.mask[..., None], seen, 0.0)
    still = {
        "observed": observation.fill(observation.see(seen)),
        "baseline": job.task.baseline(seen, observation),
        "static": to_float(clips).mean(1, keepdim=True).expand(clips.shape),
    }
    results, first = [], 0
    for video in videos:
        rows = slice(first, first + len(video.starts))
        own = part(found, rows)
        pictures = {"truth": video.seen[: video.frames]}
        pictures |= {name: _stitched(video, _shown(frames[rows])) for name, frames in still.items()}
        pictures["result"] = draw(job.model, own, video, job.clip_shape)
        pictures |= {name: draw(job.model, part(other, rows), video, job.clip_shape) for name, other in beside.items()}
        results.append(Recovered(video, own, pictures, job.pattern(video.frames), each * len(video.starts)))
        first = rows.stop
    return results


def find_windows(
    job: Job, options: FitOptions, clips: Tensor, observation: Observation, videos: Sequence[Footage]
) -> Found:
    """Fit the windows of `videos`, `clips`, uint8 (B, T, h, w, 3); those that follow each other are neighbours."""
    batch = ClipBatch(clips, observation=observation, seed=job.seed)
    pairs, first = [], 0
    for video in videos:
        pairs += [(first + i, first + i + 1) for i in range(len(video.starts) - 1)]
        first += len(video.starts)
    neighbours = torch.tensor(pairs, dtype=torch.int64).reshape(-1, 2)
    return find(job.model, batch, options, neighbours=neighbours, seed=job.seed)


def draw(model: VideoModel, found: Found, video: Footage, shape: Shape) -> Tensor:
    """What was found for the windows of a video, at the run's rate and the size of `shape`: uint8 (F, H, W, 3)."""
    return _stitched(video, window_renderer(model, found, shape[1:]))


def draw_whole(model: VideoModel, found: Found, video: Footage) -> Tensor:
    """The same at the video's own rate and size: uint8 (N, H, W, 3), grey outside of what clips show.

    Enlarged from the size of the run: between its pixels an INR with fine octaves shows what it was never taught.
    """
    render = window_renderer(model, found, (video.seen.shape[1], video.seen.shape[2]))
    return video.place.enlarge(to_uint8(stitch(render, video.starts, video.length, video.positions)))


def window_renderer(model: VideoModel, found: Found, size: tuple[int, int]) -> Callable[[int, int], Tensor]:
    """(window, frames) to that window at `size`, one at a time, so that memory does not grow with their number."""
    return lambda window, frames: render_found(model, part(found, slice(window, window + 1)), (frames, *size))[0]


def part(found: Found, rows: slice) -> Found:
    """What was found for some of the clips."""
    latents = {name: values[rows] for name, values in found.latents.items()}
    weights = found.weights and {name: values[rows] for name, values in found.weights.items()}
    return Found(latents, found.error[rows], found.start[rows], found.steps, weights)


def _shown(clips: Tensor) -> Callable[[int, int], Tensor]:
    return lambda window, _: clips[window]


def _stitched(video: Footage, render: Callable[[int, int], Tensor]) -> Tensor:
    return to_uint8(stitch(render, video.starts, video.length, torch.arange(video.frames)))
