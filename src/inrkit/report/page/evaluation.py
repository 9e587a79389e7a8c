"""The sections about evaluation.json: tables of what was measured, of tasks, and curves over checkpoints."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from inrkit.errors import BadInput
from inrkit.report.gathered import gathered
from inrkit.report.page.charts import Axes, Line, chart
from inrkit.report.page.evaluation_file import NAME, Evaluation, Part, Score, read_evaluation
from inrkit.report.page.html import Html, tag
from inrkit.report.page.parts import details, figure, grid, lead, notes, section, table
from inrkit.report.page.score_table import score_table, sized
from inrkit.report.page.subject import Subject
from inrkit.report.page.tasks import PREFIX, task_table

SAMPLES = "samples/"
"""How the names of parts begin that are of drawn videos."""

CURVES = 12
"""Of checkpoints, at most."""


def evaluation(subject: Subject) -> list[Html]:
    """The sections, none if the run was not evaluated."""
    try:
        found = read_evaluation(subject.run.path / NAME)
    except BadInput as error:
        return [section("evaluation", "Evaluation", notes([f"Not shown: {error.message}."]))]
    if found is None:
        return []
    tasks = [part for part in found.parts if part.name.startswith(PREFIX)]
    sections = [_evaluated(subject, found)]
    if tasks:
        about = lead(
            "What each task recovers of clips of which only a part was seen, beside answers that need no model: means "
            "over clips, below them the 95 % interval."
        )
        sections.append(section("tasks", "Tasks", about, grid(map(task_table, tasks), "tables broad")))
    return sections


def _evaluated(subject: Subject, found: Evaluation) -> Html:
    about = lead(
        "Means over clips as ", tag("code", "inrkit evaluate"), " measured them, below them the 95 % interval."
    )
    own = [part for part in found.parts if not part.name.startswith(PREFIX)]
    lines = gathered((part.name, note) for part in own for note in part.notes)
    if found.run != subject.model.content:
        lines.insert(0, "Measured on other weights than the rest of this page shows: evaluate the run again.")
    return section(
        "evaluation",
        "Evaluation",
        about,
        grid((tag("div", each) for each in _tables(own)), "tables broad"),
        notes(lines),
        grid(_curves(found), "charts"),
        details("How it was measured", table("settings", ("", ""), found.facts, figures=False), *map(_about, own)),
    )


def _tables(parts: Sequence[Part]) -> Iterable[Html]:
    """Of pairs of videos, then of samples beside each set of real ones."""
    pairs = [part for part in parts if not part.name.startswith(SAMPLES)]
    tables = [score_table("Videos beside the truth", {sized(part.name, part): part.scores for part in pairs})]
    samples = [part for part in parts if part.name.startswith(SAMPLES)]
    for source in dict.fromkeys(part.source for part in samples):
        alike = {sized(_sampler(part), part): part.scores for part in samples if part.source == source}
        tables.append(score_table(f"Samples beside {source or 'real videos'}", alike))
    return [each for each in tables if each is not None]


def _sampler(part: Part) -> str:
    return part.name.removeprefix(SAMPLES).partition("/")[0]


def _about(part: Part) -> Html | None:
    return table(part.name, ("", ""), part.about, figures=False) if part.about else None


def _curves(found: Evaluation) -> Iterable[Html]:
    """A chart for each metric of each part that several checkpoints have."""
    points: dict[tuple[str, str], list[tuple[float, Score]]] = {}
    for step, parts in sorted(found.checkpoints, key=lambda each: each[0]):
        for part in parts:
            for metric, score in part.scores.items():
                points.setdefault((part.name, metric), []).append((step, score))
    charts = (_curve(*names, values) for names, values in list(points.items())[:CURVES] if len(values) > 1)
    return [each for each in charts if each is not None]


def _curve(part: str, metric: str, values: list[tuple[float, Score]]) -> Html | None:
    (first, begin), (last, end) = values[0], values[-1]
    says = f"{figure(begin.mean)} at step {first:,.0f}, {figure(end.mean)} at step {last:,.0f}."
    line = Line(metric, [(step, score.mean) for step, score in values])
    return chart(f"{part}, {metric}", Axes("step", metric, steps=(1, 0)), [line], says)
