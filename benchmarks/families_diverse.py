"""Each family on several sources of videos together, and on each source alone, the same time for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from families_clips import apart, clips_in, cut, some
from families_train import Model, Setting, Trained, all_of, done_of, rate_of, train
from families_write import paragraph

SIZE, TRAIN, HELD_OUT = 64, 16, 4
"""Clips of each source: so many, that none weighs more than another."""

ALL = "all"


@dataclass(frozen=True)
class Source:
    """A folder of videos.

    Attributes:
        every: Each so-manieth video is held out, with all of its clips.
    """

    name: str
    about: str
    every: int


@dataclass
class Diverse:
    """What was measured.

    Attributes:
        videos: Source to how many videos its training clips and its held-out clips are of.
        trained: (model, source or ALL) to what was trained; None where it failed. `also` holds the scores of each clip.
    """

    models: Sequence[Model]
    sources: Sequence[Source]
    videos: Mapping[str, tuple[int, int]]
    trained: Mapping[tuple[str, str], Trained | None]


def measure(models: Sequence[Model], sources: Mapping[Source, Path], setting: Setting) -> Diverse:
    """Train each model on all sources together, and on each alone; then evaluate it on clips of both sides."""
    videos = {}
    for source, folder in sources.items():
        clips = clips_in(folder, SIZE)
        sides = [some(names, most) for names, most in zip(apart(clips, source.every), (TRAIN, HELD_OUT), strict=True)]
        with setting.alone("clips"):
            for side, names in zip(("train", "held-out"), sides, strict=True):
                cut(clips, names, _clips(side, source.name, setting))
        videos[source.name] = tuple(len({name.rpartition("@")[0] for name in names}) for names in sides)
    jobs = {
        (model.name, kind): partial(_one, model, kind, next(iter(sources)).name, setting)
        for kind in (ALL, *(source.name for source in sources))
        for model in models
    }
    return Diverse(models, list(sources), videos, all_of(jobs, setting.at_once))


def _words(model: Model, kind: str, setting: Setting) -> list[str]:
    return [*model.words, str(_clips("train", kind, setting)), "--holdout", "0", "--size", str(SIZE)]


def _clips(side: str, kind: str, setting: Setting) -> Path:
    return setting.work / f"clips-{TRAIN}-{HELD_OUT}" / side / ("" if kind == ALL else kind)


def _one(model: Model, kind: str, first: str, setting: Setting) -> Trained:
    like = ALL if kind == ALL else first  # as fast, for it has as many clips
    rate = rate_of(_words(model, like, setting), setting.work / model.name / like / "trial", setting)
    place = setting.work / model.name / kind
    trained = train(_words(model, kind, setting), place, setting, rate)
    held = str(_clips("held-out", kind, setting))
    asked = ["evaluate", str(trained.run), "--held-out", held, "--metrics", "psnr,static-gain"]
    answer = setting.answer([*asked, "--out", str(place / "evaluation.json")], place / "evaluate.json", trained.hash)
    trained.also = {part["name"]: part["scores"] for part in answer["answer"]["parts"]}
    return trained


def lines(diverse: Diverse, seconds: float) -> list[str]:
    """In Markdown: what the sources are, a table for each side, and what is lost by learning all at once."""
    done = {key: trained for key, trained in diverse.trained.items() if trained}
    return [
        paragraph(
            f"{TRAIN} training clips of each source and {HELD_OUT} of videos that are held out whole, spread evenly",
            f"over its videos, {SIZE} pixels high and wide. A model is trained for {seconds:g} s on all",
            f"{TRAIN * len(diverse.sources)} clips together, and another one for {seconds:g} s on the {TRAIN} of each",
            "source alone.",
        ),
        "",
        *(
            f"- **{source.name}**: {source.about} Training clips of {diverse.videos[source.name][0]} videos, held-out "
            f"clips of {diverse.videos[source.name][1]} others."
            for source in diverse.sources
        ),
        "",
        "**Training clips**: dB above each clip's own static frame.",
        "",
        *_table(diverse, done, "reconstruction"),
        "",
        "**Held-out clips**, found in the space as `inrkit invert` finds them: dB above each clip's own static frame.",
        "",
        *_table(diverse, done, "held-out"),
        *done_of(diverse.models, diverse.trained)[1],
    ]


def _table(diverse: Diverse, done: Mapping[tuple[str, str], Trained], part: str) -> list[str]:
    rows = []
    for model in done_of(diverse.models, diverse.trained)[0]:
        whole, alone = [], []
        for source in diverse.sources:
            whole.append(_gain(diverse, done.get((model.name, ALL)), part, source, together=True))
            alone.append(_gain(diverse, done.get((model.name, source.name)), part, source, together=False))
        rows += [[f"`{model.flags}`, all sources", *whole], [f"`{model.flags}`, each alone", *alone]]
    rows = [row for row in rows if any(cell is not None for cell in row[1:])]
    any_ = next(trained for (_, kind), trained in done.items() if kind == ALL)
    floor = [_of(diverse, any_.also[part], source, together=True) for source in diverse.sources]
    still = [f"{_mean([p - g for p, g in zip(f['psnr'], f['static-gain'], strict=True)]):.2f}" for f in floor]
    return [
        f"| | {' | '.join(source.name for source in diverse.sources)} | mean |",
        f"| --- |{' ---: |' * (len(diverse.sources) + 1)}",
        *(f"| {row[0]} | {' | '.join(map(_signed, row[1:]))} | {_signed(_all(row[1:]))} |" for row in rows),
        f"| PSNR of the static frame | {' | '.join(still)} | |",
    ]


def _gain(diverse: Diverse, trained: Trained | None, part: str, source: Source, *, together: bool) -> float | None:
    return _mean(_of(diverse, trained.also[part], source, together)["static-gain"]) if trained else None


def _of(diverse: Diverse, scores: Mapping[str, Any], source: Source, together: bool) -> dict[str, list[float]]:
    """Metric to the values of the clips of one source. Of all together, clips come in the order of the folders."""
    values = {name: scores[name]["values"] for name in ("psnr", "static-gain")}
    if not together:
        return values
    each = len(values["psnr"]) // len(diverse.sources)
    start = sorted(s.name for s in diverse.sources).index(source.name) * each
    return {name: of[start : start + each] for name, of in values.items()}


def _all(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return _mean(known) if len(known) == len(values) else None


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{value:+.2f}"
