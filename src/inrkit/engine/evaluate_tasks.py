"""A task done with clips of a side, beside what needs no model: scored by every metric, where seen and where hidden."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor

from inrkit.discovery import load_registry
from inrkit.engine.evaluate_clips import Side
from inrkit.engine.evaluate_metrics import FLOOR, PairPanel
from inrkit.engine.evaluate_pairs import Part, no_space, not_measured, panel_of, scores_of, some_of
from inrkit.engine.evaluate_settle import Wanted
from inrkit.engine.footage import Footage
from inrkit.engine.geometry import geometry
from inrkit.engine.hidden import hide
from inrkit.engine.job import PAPER_ALSO, Job
from inrkit.engine.observe import pictures, recover
from inrkit.engine.record import UNKNOWN
from inrkit.engine.reporter import Reporter
from inrkit.errors import BadInput
from inrkit.interfaces import Tensors
from inrkit.model import VideoModel

RIVALS = ("also", "baseline", "nearest")
"""Pictures beside the result: at the other published learning rate, the trivial answer, the best training latent."""


def task_part(model: VideoModel, task: str, side: Side, most: int, wanted: Wanted, reporter: Reporter) -> Part:
    """Recover clips of a side from what a task sees of them.

    Scores have the names of the metrics; ``baseline/`` and ``nearest/`` stand before those of the trivial answer and
    of the best training latent, and ``/hidden`` or ``/observed`` after those of a part of the pixels.

    Raises:
        BadInput: The task cannot be done with such clips.
    """
    name = f"task/{task}/{side.name}"
    why = side.why or no_space(model)
    if not side.clips or why:
        return not_measured(name, side, why)
    job = job_of(model, task, wanted)
    if not job.observation().truth:
        return not_measured(name, side, f"for what {task} is asked for there is no truth")
    rows, panels = side.rows(most), dict[str, PairPanel]()
    for picture, mask, rendered, truth in _recovered(job, side, rows, wanted.options.batch, reporter):
        for where, region in _regions(mask).items():
            key = f"{picture}/{where}"
            if key not in panels:
                panels[key] = panel_of(wanted, model, lenient=bool(where))
            panels[key].update(rendered[None], truth[None], region)
    scores, lost = scores_of(_merged(panels, len(rows)), wanted.options.seed, name)
    notes = [note for panel in panels.values() for note in panel.notes]
    said = {
        "task": {
            "options": job.options.model_dump(mode="json"),  # type: ignore[attr-defined]
            "baseline": job.task.baseline_name,
            "fit": job.fit.model_dump(mode="json"),
        }
    }
    about = panels["result/"].about() | said
    notes += [UNKNOWN] if wanted.options.paper else []
    return Part(name, len(rows), side.source, scores, about, [*some_of(side, len(rows)), *dict.fromkeys(notes), *lost])


def job_of(model: VideoModel, task: str, wanted: Wanted) -> Job:
    """The task with its settings; with --paper those of the published protocol.

    Raises:
        BadInput: It cannot be done with clips of the run.
    """
    try:
        return _job(model, task, wanted)
    except BadInput as error:
        raise BadInput(f"--tasks {task}: {error.message}", f"{error.hint} Here: -o {task}.OPTION=VALUE.") from error


def _job(model: VideoModel, task: str, wanted: Wanted) -> Job:
    assert model.config is not None
    built, options, fit = load_registry().get("task", task)(), wanted.tasks[task], wanted.fits[task]
    also = None
    clip_shape = model.config.data.clip_shape
    if wanted.options.paper:
        options = built.paper(clip_shape, options)
        also = fit.model_copy(update={"lr": PAPER_ALSO.lr})
    options = built.settle(clip_shape, clip_shape[1:], options)  # each clip is a video of its own
    job = Job(task, built, options, model, fit, wanted.options.seed, also)
    job.observation()  # what it refuses, it refuses at once
    return job


def _recovered(
    job: Job, side: Side, rows: list[int], batch: int, reporter: Reporter
) -> Iterator[tuple[str, Tensor | None, Tensor, Tensor]]:
    """Of each clip every picture: its name, bool (T, H, W) of what was seen, it and the truth, uint8 (T, H, W, 3)."""
    assert side.clips is not None
    done = 0
    for part in torch.tensor(rows).split(batch):
        videos = [
            footage_of(clip, side.clips.names[row], job) for clip, row in zip(side.clips.read(part), part, strict=True)
        ]
        for recovered in recover(job, videos, reporter):
            whole = _joined(list(pictures(job, recovered)))
            for picture in ("result", *(name for name in RIVALS if name in whole)):
                yield picture, whole.get("mask"), whole[picture], whole["truth"]
        done += len(part)
        reporter.measuring(f"{side.name} clips, {job.name}", done, len(rows))


def footage_of(clip: Tensor, name: str, job: Job) -> Footage:
    """A clip, uint8 (T, H, W, 3), as a video of its own."""
    assert job.model.config is not None
    frames, height, width, _ = clip.shape
    times = torch.arange(frames)
    video = Footage(
        name=name,
        path=Path(name),
        first=0,
        fps=job.model.config.data.fps,
        seen=clip,
        rate=job.model.config.data.fps,
        starts=[0],
        length=frames,
        positions=times.double(),
        place=geometry((height, width), (height, width), "squash"),
        unused=0.0,
        notes=[],
        total=frames,
        frame_of=times,
        options=job.options,
    )
    hide(job, video)
    return video


def _joined(pieces: list[dict[str, Tensor]]) -> Tensors:
    return {name: torch.cat([piece[name].cpu() for piece in pieces]) for name in pieces[0]}


def _regions(mask: Tensor | None) -> dict[str, Tensor | None]:
    """Where to look: "" is everywhere."""
    whole: dict[str, Tensor | None] = {"": None}
    return whole if mask is None else whole | {"hidden": ~mask, "observed": mask}


def _merged(panels: dict[str, PairPanel], clips: int) -> Tensors:
    """All values by one name each; the static floor once, of all pixels."""
    found: Tensors = {}
    for key, panel in panels.items():
        picture, _, where = key.partition("/")
        before, after = ("" if picture == "result" else f"{picture}/"), (f"/{where}" if where else "")
        values = panel.values(clips)
        found |= {f"{before}{name}{after}": v for name, v in values.items() if name != FLOOR or key == "result/"}
    return found
