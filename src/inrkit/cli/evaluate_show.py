"""What `inrkit evaluate` prints."""

from __future__ import annotations

from typing import Any

from rich.table import Column, Table

from inrkit.cli import console
from inrkit.report.gathered import gathered

Part = dict[str, Any]

WIDE = 3
"""Columns of means and intervals that 80 characters hold."""

RIVALS = {"": "result", "also": "the other learning rate", "baseline": "", "nearest": "best training latent"}
"""Columns of a task; that of the trivial answer has the name the task gives it."""


def show_evaluation(document: dict[str, Any]) -> None:
    """Tables of clips, of sets and of tasks, then what must be known to read them."""
    console.result(f"step {document['step']:,}; means, and intervals of 95 % over clips")
    for table in tables_of(document):
        console.result("")
        console.result(table)
    lines = gathered((part["name"], note) for part in document["parts"] for note in part["notes"])
    if lines:
        console.result("\n" + "\n".join(lines))


def tables_of(document: dict[str, Any]) -> list[Table]:
    """Of pairs, of samples beside each set of real videos, of each task, and of the checkpoints."""
    parts = [part for part in document["parts"] if part["scores"]]
    pairs = [part for part in parts if not part["name"].startswith(("samples/", "task/"))]
    tables = [_table("", {_titled(part): part["scores"] for part in pairs})] if pairs else []
    sets = [part for part in parts if part["name"].startswith("samples/")]
    for source in dict.fromkeys(part["source"] for part in sets):
        alike = [part for part in sets if part["source"] == source]
        tables.append(_table(f"beside {source}", {_titled(part): part["scores"] for part in alike}))
    for part in parts:
        if part["name"].startswith("task/"):
            where = "hidden pixels" if _hides(part) else "all pixels"
            tables.append(_table(f"{_titled(part)}, {where}", _task_columns(part)))
    return [*tables, _curve(document["checkpoints"])] if "checkpoints" in document else tables


def _titled(part: Part) -> str:
    name = part["name"].split("/")[1] if part["name"].startswith("samples/") else part["name"].removeprefix("task/")
    return f"{name} ({part['clips']:,})"


def _table(title: str, columns: dict[str, dict[str, Any]]) -> Table:
    """A column for each name to its scores, a row for each score that is more than a label."""
    rows = dict.fromkeys(name for scores in columns.values() for name, score in scores.items() if number(score) != "-")
    numbers = (Column(name, justify="right") for name in columns)
    table = Table("", *numbers, title=title or None, title_justify="left", box=None, pad_edge=False)
    for row in rows:
        table.add_row(row, *(number(scores.get(row)) for scores in columns.values()))
    return table


def _hides(part: Part) -> bool:
    return any(score.endswith("/hidden") for score in part["scores"])


def _task_columns(part: Part) -> dict[str, dict[str, Any]]:
    """The result and what it has to beat: of the hidden pixels, where a metric can look at them alone."""
    columns = {}
    for rival, words in RIVALS.items():
        before = f"{rival}/" if rival else ""
        scores = {}
        for name, value in part["scores"].items():
            plain, _, where = name.removeprefix(before).partition("/")
            if name.startswith(before) and plain not in RIVALS and where == ("hidden" if _hides(part) else ""):
                scores[plain] = value
        if scores:
            columns[words or part["about"]["task"]["baseline"]] = scores
    return columns


def _curve(checkpoints: list[dict[str, Any]]) -> Table:
    """A row for each checkpoint, a column for the first score of each part."""
    names = [part["name"] for part in checkpoints[-1]["parts"] if part["scores"]]
    firsts = {part["name"]: next(iter(part["scores"])) for part in checkpoints[-1]["parts"] if part["scores"]}
    columns = (Column(f"{name}\n{firsts[name]}", justify="right") for name in names)
    table = Table(Column("step", justify="right"), *columns, box=None, pad_edge=False)
    for each in checkpoints:
        scores = {part["name"]: part["scores"].get(firsts.get(part["name"], "")) for part in each["parts"]}
        cells = [number(scores.get(name)) for name in names]
        below = [cell.replace(" [", "\n[") for cell in cells]  # many columns leave no room beside the mean
        table.add_row(f"{each['step']:,}", *(below if len(names) > WIDE else cells))
    return table


def number(score: Any) -> str:
    """A score, its interval behind it; "-" where there is none."""
    if not isinstance(score, dict):
        return "-" if score is None else _figures(score)
    if score["mean"] is None:
        return "-"
    if score["low"] is None:
        return _figures(score["mean"])
    return "{} [{}, {}]".format(*_figures(score["mean"], score["low"], score["high"]).split())


def _figures(*values: float) -> str:
    """Two decimals of decibels, more of what is small; three of the usual scores, so that a table is 80 wide."""
    largest = max(map(abs, values))
    digits = 2 if largest >= 2 else 3 if largest >= 0.1 or largest < 0.0001 else 4
    return " ".join(f"{round(value, digits) + 0.0:.{digits}f}" for value in values)
