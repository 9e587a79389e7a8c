"""Parts of unlike families put together, the same time for each, on three kinds of videos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from families_clips import clips_in, cut, some
from families_train import Model, Setting, Trained, all_of, done_of, rate_of, train
from families_write import paragraph

CLIPS, SIZE = 64, 32
TOY = "toy"


@dataclass
class Mixes:
    """What was measured.

    Attributes:
        trained: (mix, kind of videos) to what was trained; None where it failed.
    """

    models: Sequence[Model]
    kinds: Sequence[str]
    trained: Mapping[tuple[str, str], Trained | None]


def measure(models: Sequence[Model], folders: Mapping[str, Path], setting: Setting) -> Mixes:
    """Train each mix on the toy videos, and on as many clips of every folder."""
    words = {TOY: ["-o", f"dataset.count={CLIPS}"]}
    for kind, folder in folders.items():
        clips, place = clips_in(folder, SIZE), setting.work / f"clips-{CLIPS}" / kind
        with setting.alone("clips"):
            cut(clips, some(clips.names, CLIPS), place)
        words[kind] = [str(place)]
    jobs = {(model.name, kind): partial(_one, model, kind, words, setting) for model in models for kind in words}
    return Mixes(models, list(words), all_of(jobs, setting.at_once))


def _one(model: Model, kind: str, words: Mapping[str, Sequence[str]], setting: Setting) -> Trained:
    beside = ["--holdout", "0", "--preset", "toy", "--size", str(SIZE)]
    place = setting.work / model.name
    rate = rate_of([*model.words, *words[TOY], *beside], place / "trial", setting)
    return train([*model.words, *words[kind], *beside], place / kind, setting, rate)


def lines(mixes: Mixes, seconds: float) -> list[str]:
    """In Markdown: a table, whose last row is the static frame."""
    done = {key: trained for key, trained in mixes.trained.items() if trained}
    models, missing = done_of(mixes.models, mixes.trained)
    beside = {
        kind: next(t.result["train"]["static_floor"] for (_, k), t in done.items() if k == kind) for kind in mixes.kinds
    }
    rows = [
        f"| `{model.flags}` | {' | '.join(_cell(done.get((model.name, kind))) for kind in mixes.kinds)} |"
        for model in models
    ]
    longest = max(t.result["seconds"] for t in done.values())
    shortest = min(t.result["seconds"] for t in done.values())
    return [
        paragraph(
            f"{CLIPS} clips of each, {SIZE} pixels high and wide, preset `toy` of the method that `--plugin` names;",
            f"{seconds:g} s for each, in which {shortest:.0f} to {longest:.0f} s passed. PSNR of training clips.",
        ),
        "",
        f"| `inrkit train --preset toy` | {' | '.join(mixes.kinds)} |",
        f"| --- |{' ---: |' * len(mixes.kinds)}",
        *rows,
        f"| static frame | {' | '.join(f'{value:.2f}' for value in beside.values())} |",
        *missing,
    ]


def _cell(trained: Trained | None) -> str:
    return f"{trained.result['train']['psnr']:.2f}" if trained else "–"
