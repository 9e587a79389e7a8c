"""Each family on the same clips for the same time: what it reaches, beside its bar, and what tasks do with it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from families_clips import Floors, clips_in, cut, floors, some
from families_train import Model, Setting, Trained, all_of, done_of, rate_of, train
from families_write import paragraph

from inrkit import InrkitError
from inrkit.engine.data import Clips

CLIPS, SIZE, COMPONENTS = 256, 64, 64
ABOVE = 1.5
"""What each family is to reach above the static frame, in dB, set before anything was measured."""

TASKS = {
    "invert": ("invert",),
    "sparse-inpaint": ("sparse-inpaint", "--keep", "0.25"),
    "predict": ("predict", "--observed", "4"),
}
SHOWN = 4
"""Clips of each side that tasks are done with."""

SIDES = {"training": "training clips", "held-out": "held-out clips"}


@dataclass
class Bars:
    """What was measured.

    Attributes:
        trained: Of each model; None where it failed. `also` holds the answers of the tasks.
    """

    models: Sequence[Model]
    floors: Floors
    trained: Mapping[str, Trained | None]


def measure(models: Sequence[Model], shapes: Path, setting: Setting) -> Bars:
    """Train each on the first clips of `shapes`, then do the tasks with clips of both sides."""
    clips = clips_in(shapes, SIZE)
    first = Clips(clips.store, clips.rows[:CLIPS], clips.names[:CLIPS])
    folder = setting.work / "clips"
    with setting.alone("clips"):
        for side, names in (("training", first.names), ("held-out", clips.names[CLIPS:])):
            cut(clips, some(names, SHOWN), folder / side)
    jobs = {model.name: partial(_one, model, shapes, folder, setting) for model in models}
    trained = all_of(jobs, setting.at_once)
    return Bars(models, _floors(first, setting.work / "floors.json"), trained)


def _floors(clips: Clips, kept: Path) -> Floors:
    if not kept.exists():
        kept.write_text(json.dumps(asdict(floors(clips, COMPONENTS))))
    return Floors(**json.loads(kept.read_text()))


def _one(model: Model, shapes: Path, folder: Path, setting: Setting) -> Trained:
    place = setting.work / model.name
    words = [*model.words, str(shapes), "--holdout", "0", "--size", str(SIZE), "--limit"]
    rate = rate_of([*words, "32"], place / "trial", setting)  # as many as the largest batch: the same steps
    trained = train([*words, str(CLIPS)], place, setting, rate * model.times)
    for name, task in TASKS.items():
        asked = [*task, str(folder), "--run", str(trained.run), "--out", str(place / name)]
        try:
            trained.also[name] = setting.answer(asked, place / f"{name}.json", trained.hash)["answer"]["videos"]
        except InrkitError as error:
            print(f"families: {model.name}, {name}: {error}", file=sys.stderr)
    return trained


def lines(bars: Bars, seconds: float) -> list[str]:
    """In Markdown: two tables, and what is below its bar."""
    static, bar = bars.floors.static, bars.floors.static + ABOVE
    models, missing = done_of(bars.models, bars.trained)
    done = {model: trained for model in models if (trained := bars.trained[model.name])}
    return [
        paragraph(
            f"The first {bars.floors.clips} clips of the moving shapes, {SIZE} pixels high and wide, {seconds:g} s for",
            f"each. On these clips a **static frame** (each clip's mean, held still) has {static:.2f} dB, and **PCA**,",
            f"the best {COMPONENTS} linear directions there are for them, {bars.floors.components:.2f} dB. The bar,",
            f"set before anything was measured, is {ABOVE} dB above the static frame: {bar:.2f} dB.",
        ),
        "",
        "| `inrkit train` | steps | seconds passed | PSNR, training clips | above static | above PCA | the bar |",
        "| --- | ---: | ---: | ---: | ---: | ---: | --- |",
        *(_row(model, trained, bars.floors) for model, trained in done.items()),
        "",
        paragraph(
            f"And the tasks, with {SHOWN} training clips and {SHOWN} clips of other videos: PSNR of what was hidden,",
            "or of all where nothing was.",
        ),
        "",
        *_tasks(done),
        "",
        *(f"- `{m.flags}` has {m.times:g} times the seconds of the others." for m in models if m.times != 1),
        *(f"- `{m.flags}`: {m.note}." for m in models if m.note),
        *missing,
    ]


def _row(model: Model, trained: Trained, beside: Floors) -> str:
    result = trained.result
    psnr = result["train"]["psnr"]
    met = "met" if psnr >= beside.static + ABOVE else "**missed**"
    return (
        f"| `{model.flags}` | {result['steps']:,} | {result['seconds']:.0f} | {psnr:.2f} | "
        f"{psnr - beside.static:+.2f} | {psnr - beside.components:+.2f} | {met} |"
    )


def _tasks(done: Mapping[Model, Trained]) -> list[str]:
    names = [f"`{' '.join(task)}`" for task in TASKS.values()]
    head = [f"{name}, {side}" for name in names for side in SIDES.values()]
    rows = []
    answered = next((trained for trained in done.values() if len(trained.also) == len(TASKS)), None)
    for model, trained in done.items():
        cells = [_mean(trained.also.get(task, ()), side, "result") for task in TASKS for side in SIDES]
        rows.append([f"`{model.flags}`", *cells])
    for title, name in () if answered is None else (("without a model", "baseline"), ("static frame", "static")):
        rows.append([title, *(_mean(answered.also[task], side, name) for task in TASKS for side in SIDES)])
    return [
        f"| | {' | '.join(head)} |",
        f"| --- |{' ---: |' * len(head)}",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def _mean(videos: Sequence[Mapping[str, Any]], side: str, name: str) -> str:
    """Of the clips in the folder of that side."""
    scores = [v["scores"][name]["psnr"] for v in videos if Path(v["video"]).parent.name == side and name in v["scores"]]
    values = [score.get("hidden", score["all"]) for score in scores]
    return f"{sum(values) / len(values):.2f}" if values else "–"
