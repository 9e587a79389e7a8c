"""The table of a task, and what it means in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from results_measure import SIDES, Figures, Task, Way

OWN, NEAREST, STATIC = "own reconstruction", "best training latent", "static frame"


@dataclass
class Row:
    """A row of the table.

    Attributes:
        ours: Whether it is a way of ours, which all others are held against.
        like: Whether it sees what ours sees.
        scores, seconds: Side to the scores of its clips; to the seconds for each, if any were counted.
    """

    title: str
    ours: bool
    like: bool = True
    scores: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


def table(figures: Figures, task: Task) -> list[str]:
    """In Markdown: every way, then what it has to beat; three columns for each side."""
    head = "".join(f" PSNR, {SIDES[side]} | SSIM | seconds |" for side in figures.clips)
    lines = [f"| |{head}", f"| --- |{' ---: | ---: | ---: |' * len(figures.clips)}"]
    for row in _rows(figures, task):
        cells = [cell for side in figures.clips for cell in _cells(row, side)]
        lines.append(f"| {' | '.join([row.title, *cells])} |")
    return lines


def verdicts(figures: Figures, task: Task) -> list[str]:
    """A line for each side and way of ours: what it beats, and what not."""
    rows = _rows(figures, task)
    rivals = [row for row in rows if not row.ours and row.like]
    return [
        f"- {SIDES[side].capitalize()}, {row.title}: {_verdict(row, rivals, side)}."
        for side in figures.clips
        for row in rows
        if row.ours
    ]


def _verdict(row: Row, rivals: Sequence[Row], side: str) -> str:
    said: dict[str, list[str]] = {"beats": [], "is as good as": [], "does not beat": []}
    for rival in rivals:
        if side in rival.scores:
            mine, other = psnr_of(row.scores[side]), psnr_of(rival.scores[side])
            apart, wins = _mean(mine) - _mean(other), sum(a > b for a, b in zip(mine, other, strict=True))
            word = "is as good as" if abs(apart) < 0.005 else "beats" if apart > 0 else "does not beat"
            said[word].append(f"{rival.title} ({apart:+.2f} dB, better on {wins} of {len(mine)})")
    return "; ".join(f"{word} {', '.join(names)}" for word, names in said.items() if names)


def records_of(figures: Figures, task: Task, side: str, way: Way) -> list[dict[str, Any]]:
    """What the command said of each clip."""
    return list(figures.answers[task.name, side, way.name]["answer"]["videos"])


def clip_of(record: Mapping[str, Any]) -> str:
    """The name of the clip's folder."""
    return Path(record["video"]).name


def psnr_of(scores: Sequence[Mapping[str, Any]], metric: str = "psnr") -> list[float]:
    """Clip by clip, of what is hidden, if anything is. A clip that is met exactly counts as 100 dB."""
    parts = [score[metric] for score in scores if metric in score]
    values = [part["hidden"] if "hidden" in part else part["all"] for part in parts]
    return [100.0 if value is None else min(value, 100.0) for value in values]


def targets(figures: Figures) -> list[str]:
    """In Markdown: what was set, on training clips, and what was reached; nothing if nothing was set."""
    lines = []
    for task in figures.tasks if "train" in figures.clips else ():
        rows = {row.title: psnr_of(row.scores["train"]) for row in _rows(figures, task) if "train" in row.scores}
        for target in task.targets:
            way = next(way for way in figures.ways if way.name == target.way)
            reached, least = _mean(rows[way.title]), _mean(rows[target.rival]) - target.less
            less = f", less {target.less:g} dB" if target.less else ""
            lines.append(
                f"| {task.title}: {way.title} | {target.rival}{less} | {least:.2f} | {reached:.2f} | "
                f"{reached - least:+.2f} |"
            )
    head = ["| training clips | at least | PSNR | reached | above it |", "| --- | --- | ---: | ---: | ---: |"]
    return [*head, *lines] if lines else []


def _rows(figures: Figures, task: Task) -> list[Row]:
    rows: dict[str, Row] = {}
    for way in figures.ways:
        for side in figures.clips:
            records = records_of(figures, task, side, way)
            differs = _otherwise(records[0], records_of(figures, task, side, figures.ways[0])[0])
            title = _title(way, records[0]["fit"]) + differs
            row = rows.setdefault(title, Row(title, not way.published, not differs))
            row.scores[side] = _scores(records, "result")
            row.seconds[side] = _mean([record["seconds"] for record in records])
            if "also" in records[0]["scores"]:
                title = _title(way, records[0]["also_fit"]) + differs
                rows.setdefault(title, Row(title, False, not differs)).scores[side] = _scores(records, "also")
    for side in figures.clips:
        records = records_of(figures, task, side, figures.ways[0])
        own = figures.own.get((task.name, side))
        beside = {records[0]["baseline"]: "baseline", STATIC: "static", NEAREST: "nearest"}
        known = {title: _scores(records, name) for title, name in beside.items()}
        known |= {OWN: [own[clip_of(record)] for record in records]} if own else {}
        for title, scores in known.items():
            rows.setdefault(title, Row(title, False)).scores[side] = scores
    return list(rows.values())


def _title(way: Way, fit: Mapping[str, Any]) -> str:
    return way.title.format(steps=fit["steps"], lr=fit["lr"] or 0)


def _otherwise(record: Mapping[str, Any], ours: Mapping[str, Any]) -> str:
    """The options of a task whose published form sets them otherwise than ours; one that is None is not set."""
    both = ((name, value, ours["options"].get(name)) for name, value in record["options"].items())
    return "".join(f", `--{name} {value}`" for name, value, own in both if value not in (None, own))


def _scores(records: Sequence[Mapping[str, Any]], name: str) -> list[Mapping[str, Any]]:
    return [record["scores"][name] for record in records]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _cells(row: Row, side: str) -> list[str]:
    psnr, ssim = (psnr_of(row.scores.get(side, []), metric) for metric in ("psnr", "ssim"))
    return [
        f"{_mean(psnr):.2f}" if psnr else "",
        f"{_mean(ssim):.3f}" if ssim else "",
        f"{row.seconds[side]:.1f}" if side in row.seconds else "",
    ]
