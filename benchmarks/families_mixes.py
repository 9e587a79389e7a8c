"""Parts of unlike families put together, the same time for each, on three kinds of videos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from families_clips import clips_in, cut, some
from families_train import Model, Setting, Trained, all_of, done_of, rate_of, train

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
    beside = ["--holdout", "0", "--preset", "toy", "--size", str(SIZE)]
    rates = all_of(
        {
            model.name: partial(rate_of, [*model.words, *words[TOY], *beside], _place(model, "trial", setting), setting)
            for model in models
        },
        setting.at_once,
    )
    jobs = {
        (model.name, kind): partial(
            train, [*model.words, *words[kind], *beside], _place(model, kind, setting), setting, rates[model.name]
        )
        for model in models
        for kind in words
    }
    possible = {key: job for key, job in jobs.items() if rates[key[0]] is not None}
    trained = all_of(possible, setting.at_once)
    return Mixes(models, list(words), {key: trained.get(key) for key in jobs})


def _place(model: Model, kind: str, setting: Setting) -> Path:
    return setting.work / model.name / kind


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
        f"{CLIPS} clips of each, {SIZE} pixels high and wide, preset `toy` of the method that `--plugin` names; "
        f"{seconds:g} s for each ({shortest:.0f} to {longest:.0f} s: how fast steps go is measured before). PSNR of "
        "training clips.",
        "",
        f"| `inrkit train --preset toy` | {' | '.join(mixes.kinds)} |",
        f"| --- |{' ---: |' * len(mixes.kinds)}",
        *rows,
        f"| static frame | {' | '.join(f'{value:.2f}' for value in beside.values())} |",
        *missing,
    ]


def _cell(trained: Trained | None) -> str:
    return f"{trained.result['train']['psnr']:.2f}" if trained else "–"
