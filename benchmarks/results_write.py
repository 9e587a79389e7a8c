"""The document: a section for each data set, all of its words made from what was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image
from results_evaluation import evaluation
from results_measure import SIDES, Figures, Task, Way
from results_table import clip_of, psnr_of, records_of, table, targets, verdicts
from sections import put_section

HEAD = """# Results

What the tasks reach with INR-V, written by `make results SHAPES=folder FACES=folder` (without folders: the toy videos
alone); and at the end what diverse videos do to a space, by INR-V and other families, written by `make families`. How
the families compare otherwise: [Families](families.md). No number and no verdict here is typed by hand.

Each data set is one training, then tasks on clips that it was trained on and on clips that were held out, drawn by a
fixed seed: `COUNT=` of each, or as many as there are. Figures are means over these clips, of uint8 frames at the size
of the run: PSNR in dB and SSIM of the pixels that a task hides, or of all where it hides none.

{ways}
- **The trivial answer**, such as the last frame repeated, needs no model. Nor does the **static frame**, the mean of
  all frames held still, but it is made of all pixels, hidden or not.
- Where `--paper` sees something else than ours, its row says what, and is not held against ours.
- **At least**: what was set before anything was measured, a row of the task's own table.
- **Best training latent**: the training clip that is nearest in what is seen, as it is; of a clip that was trained on
  this is mostly the clip itself.
- **Own reconstruction**: the clip as training left it in the space.
- **Seconds**, for each video, where clips are fitted together.

At the end of each data set stands what `inrkit evaluate` says of the run itself, of clips spread evenly over each side,
with intervals of 95 % in brackets (see [Measuring a run](evaluation.md)):

- **Above it**: PSNR less that of the clip's own mean frame held still. Surely above or below: all of the interval is.
- **Error of motion**: that of changes from frame to frame, in grey levels, beside that of a picture that never changes.
- **Samples** are new videos of each sampler. They are held against held-out clips, which no training has seen: nearer
  or farther where the intervals do not meet. The nearest of many is nearer than that of few, so the two columns are not
  to be compared with each other; and what is smooth is near to many.
- **Diversity**: how much two videos of a set differ, in grey levels.
"""

LARGEST = 300_000
"""Bytes of a picture."""


def write_section(document: Path, figures: Figures, titles: Sequence[str]) -> None:
    """Put the section of a data set in its place in the document; those of others stay as they are."""
    ways = "\n".join(f"- **{_plain_title(way)}**: {way.about}" for way in figures.ways)
    section = _section(figures, document.parent)
    put_section(document, section, HEAD.format(ways=ways), titles)


def _plain_title(way: Way) -> str:
    return way.title.partition(", {")[0]


def _section(figures: Figures, docs: Path) -> str:
    docs.mkdir(parents=True, exist_ok=True)
    lines = [f"## {figures.dataset.title}", "", figures.dataset.about, "", *_training(figures), ""]
    lines += [*set_before, ""] if (set_before := targets(figures)) else []
    for task in figures.tasks:
        lines += [f"### {figures.dataset.title}: {task.title.lower()}", "", task.about, ""]
        lines += [*_commands(figures, task), "", *table(figures, task), "", *verdicts(figures, task), ""]
        if figures.dataset.pictures:
            lines += [*_picture(figures, task, docs), ""]
    lines += [f"### {figures.dataset.title}: evaluation", "", "The run itself, and new videos of it.", ""]
    lines += [f"    {_typed(figures, figures.evaluation)}", "", *evaluation(figures), ""]
    return "\n".join(lines).rstrip() + "\n"


def _training(figures: Figures) -> list[str]:
    """The run: how it was trained, where, and what it can show."""
    result, data = figures.result, figures.config["data"]
    before = figures.how.trained_before
    machines = {answer["machine"] for answer in figures.answers.values()}
    machines |= set() if before else {figures.training["machine"]}
    videos = len({clip.rpartition("@")[0] for clip in data["clips"]})
    shape = "x".join(map(str, data["clip_shape"]))
    counts = " and ".join(f"{len(clips)} {SIDES[side]}" for side, clips in figures.clips.items())
    rows = [(name, result[side]) for side, name in SIDES.items() if side in result]
    return [
        f"    {_typed(figures, figures.training)}",
        "",
        f"{result['steps']:,} steps of preset `{figures.config['preset']}` in {result['seconds']:,.0f} s, on "
        f"{len(data['clips'])} clips of {shape} from {videos} videos{', before the tasks' if before else ''}. "
        f"{'Tasks on' if before else 'On'} {'; and on '.join(sorted(machines))}.",
        "",
        "| the run | clips | PSNR of reconstruction | static frame | above it |",
        "| --- | ---: | ---: | ---: | ---: |",
        *(
            f"| {name}{_fitted(of)} | {of['clips']} | {of['psnr']:.2f} | {of['static_floor']:.2f} | "
            f"{of['above_floor']:+.2f} |"
            for name, of in rows
        ),
        "",
        f"The tasks below: on {counts}.",
    ]


def _fitted(side: Mapping[str, Any]) -> str:
    return f", fitted in {side['fit_steps']} steps" if "fit_steps" in side else ""


def _commands(figures: Figures, task: Task) -> list[str]:
    side = next(iter(figures.clips))
    return [f"    {_typed(figures, figures.answers[task.name, side, way.name])}" for way in figures.ways]


def _typed(figures: Figures, answer: Mapping[str, Any]) -> str:
    """The command, with names in place of the folders of this machine."""
    how, name = figures.how, figures.dataset.name
    words = [word for word in answer["question"]["words"] if word != "--resume"]
    if words[0] != "train" and "--out" in words:
        del words[words.index("--out") : words.index("--out") + 2]
    known = {str(how.source): f"{name}/", str(how.run): f"runs/{name}"}
    return " ".join(["inrkit", *(known.get(word, "clips/" if str(how.work) in word else word) for word in words)])


def _picture(figures: Figures, task: Task, docs: Path) -> list[str]:
    """Of each side the clip whose PSNR is the median, as the task drew it; nobody chooses."""
    way, sheets = figures.ways[0], []
    for side in figures.clips:
        records = records_of(figures, task, side, way)
        values = psnr_of([record["scores"]["result"] for record in records])
        median = sorted(range(len(values)), key=values.__getitem__)[(len(values) - 1) // 2]
        folder = figures.how.work / task.name / side / way.name / clip_of(records[median])
        sheets.append(Image.open(folder / "sheet.png"))
    file = docs / "images/results" / f"{figures.dataset.name}-{task.name}.png"
    _save(_stacked(sheets), file)
    shown = ", below it ".join(f"the {SIDES[side][:-1]} of median PSNR" for side in figures.clips)
    name = f"{figures.dataset.title}, {task.title.lower()}"
    return [f"![{name}](images/results/{file.name})", "", f"*{shown[0].upper()}{shown[1:]}.*"]


def _stacked(sheets: Sequence[Image.Image]) -> Image.Image:
    whole = Image.new("RGB", (max(sheet.width for sheet in sheets), sum(sheet.height for sheet in sheets)), "white")
    top = 0
    for sheet in sheets:
        whole.paste(sheet, (0, top))
        top += sheet.height
    return whole


def _save(picture: Image.Image, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    picture.save(file, optimize=True)
    if file.stat().st_size > LARGEST:
        picture.quantize(256).save(file, optimize=True)
