"""What tasks recover, beside answers that need no model: a table for each task and each side."""

from __future__ import annotations

from inrkit.report.page.evaluation_file import Part, Score
from inrkit.report.page.html import Html, tag
from inrkit.report.page.parts import details, notes
from inrkit.report.page.score_table import score_table, sized

PREFIX = "task/"
"""How the names of parts begin that are of a task."""

RIVALS = {"": "result", "also": "the other learning rate", "baseline": "", "nearest": "best training latent"}
"""What stands before the names of the scores of an answer, and what it is; the trivial one has a name of its own."""


def task_table(part: Part) -> Html:
    """The scores of the pixels that were hidden, or of all where none were; those of other pixels on request."""
    regions = list(dict.fromkeys(_read(name)[2] for name in part.scores))
    first = "hidden" if "hidden" in regions else ""
    title = sized(part.name.removeprefix(PREFIX).replace("/", ", "), part)
    others = [score_table(f"{where or 'all'} pixels", _columns(part, where)) for where in regions if where != first]
    return tag(
        "div",
        score_table(f"{title}, {first or 'all'} pixels", _columns(part, first)) or tag("p", f"{title}: no figures."),
        _verdict(part, first),
        notes(part.notes),
        details("Other pixels", *others) if others else None,
    )


def _read(name: str) -> tuple[str, str, str]:
    """The answer, the metric and the pixels that a score is of: ``baseline/psnr/hidden``."""
    answer, _, rest = name.partition("/") if name.partition("/")[0] in RIVALS else ("", "", name)
    metric, _, where = rest.partition("/")
    return answer, metric, where


def _columns(part: Part, where: str) -> dict[str, dict[str, Score]]:
    columns: dict[str, dict[str, Score]] = {}
    for answer, label in RIVALS.items():
        for name, score in part.scores.items():
            own, metric, pixels = _read(name)
            if (own, pixels) == (answer, where):
                columns.setdefault(label or part.trivial or "trivial answer", {})[metric] = score
    return columns


def _verdict(part: Part, where: str) -> Html | None:
    """Whether the task beats the trivial answer in PSNR."""
    name = f"psnr/{where}" if where else "psnr"
    own, rival = part.scores.get(name), part.scores.get(f"baseline/{name}")
    if own is None or rival is None:
        return None
    gain = own.mean - rival.mean
    words = "beats" if gain > 0 else "does not beat"
    said = f"In the mean the result {words} {part.trivial or 'the trivial answer'}: {gain:+.2f} dB.".replace("-", "−")
    return tag("p", said, class_="verdict up" if gain > 0 else "verdict down")
