"""What every observation task is: see a part of some videos, find what explains it, show all of them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from math import ceil

import torch
from torch import Tensor

from inrkit.engine.descend import Advance
from inrkit.engine.fit import Found, find
from inrkit.engine.fit_options import FitOptions
from inrkit.engine.footage import Footage
from inrkit.engine.frames import window_frames
from inrkit.engine.hidden import seen_in, shown
from inrkit.engine.job import Job
from inrkit.engine.reporter import Reporter
from inrkit.engine.windows import blended
from inrkit.errors import PluginError
from inrkit.interfaces import ClipBatch
from inrkit.interfaces.pixels import to_float, to_uint8
from inrkit.model import VideoModel

BATCH = 16
"""Windows fitted together."""

PIECE = 16
"""Frames looked at together."""


@dataclass
class Recovered:
    """What was found for one video.

    Attributes:
        footage: The video.
        found: For its windows.
        beside: "nearest" (the best training latent), and "also" of a job that has another way to fit.
        seconds: That it took to find: its share of its batch.
    """

    footage: Footage
    found: Found
    beside: dict[str, Found]
    seconds: float


def batches(videos: Iterator[Footage]) -> Iterator[list[Footage]]:
    """Videos in groups of about :data:`BATCH` windows; one of more windows is a group by itself.

    Those of a group have the same options, and so see the same.
    """
    group: list[Footage] = []
    for video in videos:
        full = sum(len(each.starts) for each in group) + len(video.starts) > BATCH
        if group and (full or group[0].options != video.options):
            yield group
            group = []
        group.append(video)
    if group:
        yield group


def recover(job: Job, videos: Sequence[Footage], reporter: Reporter | None = None) -> list[Recovered]:
    """Fit all windows of some videos, at most :data:`BATCH` together: memory does not grow with their number."""
    count = sum(len(video.starts) for video in videos)
    advance = _counter(job, videos, ceil(count / BATCH), reporter or Reporter())
    begin = time.perf_counter()
    found = find_windows(job, job.fit, videos, advance)
    each = (time.perf_counter() - begin) / count
    beside = {name: find_windows(job, how, videos, advance) for name, how in job.others.items()}
    results, first = [], 0
    for video in videos:
        rows = slice(first, first + len(video.starts))
        own = {name: part(other, rows) for name, other in beside.items()}
        results.append(Recovered(video, part(found, rows), own, each * len(video.starts)))
        first = rows.stop
    return results


def _counter(job: Job, videos: Sequence[Footage], groups: int, reporter: Reporter) -> Advance:
    """What tells `reporter` of all steps, whatever they are taken for."""
    total = groups * sum(how.all_steps for how in (job.fit, *job.others.values()))
    what, done = names(videos), 0

    def advance(steps: int) -> None:
        nonlocal done
        done += steps
        reporter.fitting(what, done, total)

    return advance


def names(videos: Sequence[Footage]) -> str:
    """The first of their names, and how many more there are."""
    more = f" and {len(videos) - 3} more" if len(videos) > 3 else ""
    return ", ".join(video.name for video in videos[:3]) + more


def find_windows(job: Job, options: FitOptions, videos: Sequence[Footage], advance: Advance | None = None) -> Found:
    """Fit the windows of `videos`, group after group; those that follow each other in a video are neighbours."""
    windows = [(video, window) for video in videos for window in range(len(video.starts))]
    found: list[Found] = []
    for first in range(0, len(windows), BATCH):
        group = windows[first : first + BATCH]
        clips = torch.cat([video.windows(slice(window, window + 1)) for video, window in group]).to(job.model.device)
        observation = seen_in(job, group)
        batch = ClipBatch(clips, observation=observation, seed=job.seed)
        pairs = [(i - 1, i) for i, (_, window) in enumerate(group) if window and i]
        before = None
        if group[0][1]:  # the window before it was in the group before this one
            before = part(found[-1], slice(-1, None)).latents
            pairs.append((len(group), 0))
        neighbours = torch.tensor(pairs, dtype=torch.int64).reshape(-1, 2)
        found.append(
            find(job.model, batch, options, neighbours=neighbours, before=before, seed=job.seed, advance=advance)
        )
    return joined(found)


def pictures(job: Job, done: Recovered) -> Iterator[dict[str, Tensor]]:
    """What there is to see of a video at the run's size and rate, :data:`PIECE` frames at a time.

    Yields:
        Name to uint8 (n, h, w, 3): "truth", "observed", "result", "baseline", "static" (the mean frame of each
        window), and the names of `done.beside`; and "mask", bool (n, h, w), where something is hidden.
    """
    video, size = done.footage, job.clip_shape[1:]
    drawn = {name: window_frames(job.model, found, size) for name, found in done.beside.items()}
    drawn |= {"result": window_frames(job.model, done.found, size)}
    drawn |= {name: partial(_still, job, video, name) for name in ("observed", "baseline", "static")}
    moments = torch.arange(video.frames)
    running = {name: blended(frames_of, video.starts, video.length, moments) for name, frames_of in drawn.items()}
    for which in moments.split(PIECE):
        piece = {name: to_uint8(torch.stack(list(islice(frames, len(which))))) for name, frames in running.items()}
        piece["truth"] = video.seen[which]
        mask = shown(job, video, which)
        if mask is not None:
            piece["mask"] = mask
        yield piece


def _still(job: Job, video: Footage, name: str, window: int, frames: int, which: Tensor) -> Iterator[Tensor]:
    """What needs no search of a window: what was observed of it, the task's trivial answer, its mean frame."""
    clip = to_float(video.windows(slice(window, window + 1)).to(job.model.device))
    if name == "static":
        return iter(clip.mean(1).expand(len(which), *clip.shape[2:]))
    observation = seen_in(job, [(video, window)])
    seen = clip if observation.mask is None else torch.where(observation.mask[..., None], clip, 0.0)
    made = observation.fill(observation.seen(seen)) if name == "observed" else job.task.baseline(seen, observation)
    if made.shape != clip.shape:
        raise PluginError(
            f"{job.name} gives a {name} of {tuple(made.shape)} for clips of {tuple(clip.shape)}",
            f"Report this to its author: {'Observation.fill' if name == 'observed' else 'baseline'} returns clips.",
        )
    return iter(made[0, which.to(made.device)])


def draw(model: VideoModel, found: Found, video: Footage) -> Iterator[Tensor]:
    """What was found for the windows of a video, at the run's size: uint8 (h, w, 3) for each frame of the result.

    It is not drawn at the result's size: between its pixels an INR with fine octaves shows what it was never taught.
    Its `shown` enlarges it.
    """
    frames_of = window_frames(model, found, (video.seen.shape[1], video.seen.shape[2]))
    for frame in map(to_uint8, blended(frames_of, video.starts, video.length, video.moments)):
        yield frame
    yield from [frame] * (video.factor - 1)  # there is nothing after the last


def part(found: Found, rows: slice) -> Found:
    """What was found for some of the clips."""
    latents = {name: values[rows] for name, values in found.latents.items()}
    weights = found.weights and {name: values[rows] for name, values in found.weights.items()}
    return Found(latents, found.error[rows], found.start[rows], found.steps, weights)


def joined(found: Sequence[Found]) -> Found:
    """What was found for some clips, and for some others, as one."""
    latents = {name: torch.cat([each.latents[name] for each in found]) for name in found[0].latents}
    weights = None
    if all(each.weights is not None for each in found):
        weights = {
            name: torch.cat([each.weights[name] for each in found if each.weights]) for name in found[0].weights or {}
        }
    starts = [start for each in found for start in each.start]
    return Found(latents, torch.cat([each.error for each in found]), starts, max(each.steps for each in found), weights)
