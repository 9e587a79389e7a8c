"""docs/benchmarks.md, from all that is kept of time_to_quality.py."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sections import put_section
from time_plot import picture
from time_side import Side

ABOVE = (0, 2, 4)
"""dB above the static frame, whose times are given."""

HEAD = """# Quality after a given time

INR-V's authors name training time as their first limitation. So this is measured: the same clips, the same machine,
the same seconds, one side after the other; then PSNR in dB of the training clips, and of clips that were held out,
found in the trained space by inversion. `clips` are other clips of videos that were trained on; `people` are of people
in none of them. `refined` went on with {refine} steps on the weights, which then have to be stored for each video.

*Floors* need no model. The static frame is each clip's own mean frame, so it stores as many numbers as a frame has. PCA
is of the same training clips, with as many components as the numbers that ours stores for a video, but at most a
quarter of the number of clips: beyond that it remembers them.

The official model, of width 256, is asked for the first four of 16 clips of a held-out side, by its first seed alone,
to save time. A side or a problem that is missing here has not been measured yet.

*Numbers* is what is stored for each video: its latents; *weights*, what is stored of one whose weights were refined.
Seconds to a PSNR are those of the first look at {looked} training clips that found it there.
Where it says *seconds of the processor*, each side had one thread, and other work went on beside it
(`ARGS="--processor --threads 1"`).

    make bench-full SHAPES=folder FACES=folder   # all of it, run by run; goes on where it was stopped
    make bench                                   # a small part, into runs/time/: toy videos, one seed, three sides
    inrkit data prepare FOLDER --frames 25 --size 32    # what it makes of each folder, once; and --size 64

What each idea was expected to bring, and what it brought, is in benchmarks/notes.md.
"""


def write_document(document: Path, work: Path, sides: Sequence[Side], looked: int, refine: int) -> None:
    """Write a section for each problem of which anything was measured; one of which nothing was stays as it is."""
    for folder in sorted(work.glob("*/")):
        if list(folder.glob("*.json")):
            section = _section(folder, sides, document.parent / "images/benchmarks")
            put_section(document, section, HEAD.format(looked=looked, refine=refine))


def _section(folder: Path, sides: Sequence[Side], images: Path) -> str:
    runs = {
        side: [json.loads(file.read_text()) for file in sorted(folder.glob(f"{side.name}-?.json"))] for side in sides
    }
    runs = {side: found for side, found in runs.items() if found}
    first = next(iter(runs.values()))[0]
    best = max((found[0] for found in runs.values()), key=lambda run: run["floors"]["components"])["floors"]
    columns = [name for name in ("train", "clips", "people") if name in best["static"]]
    lines = [f"## {first['title']}, 25x{first['size']}x{first['size']}", "", f"{first['budget']:g} seconds each.", ""]
    static, pca = ([best[floor][name] for name in columns] for floor in ("static", "pca"))
    lines += _table(
        [
            *("", "seeds", "numbers", "steps", *columns),
            *("weights", *(f"{name}, refined" for name in columns[1:]), "s per inversion"),
        ],
        [
            ["static frame", "", 3 * first["size"] ** 2, "", *static],
            [f"PCA, {best['components']} components", "", best["components"], "", *pca],
            *(_row(side, found, columns) for side, found in runs.items()),
        ],
    )
    floor = best["static"]["train"]
    images.mkdir(parents=True, exist_ok=True)
    curves = images / f"{folder.name}.svg"
    curves.write_text(picture(runs, best))
    lines += ["", f"![PSNR of training clips over time]({curves.relative_to(images.parents[1])})"]
    lines += ["", "Training clips while training, and seconds until they were so many dB above the static frame:", ""]
    shares = [f"{share:.0%}" for share in first["shares"]]
    lines += _table(
        ["", *shares, *(f"+{above}" for above in ABOVE)],
        [
            [side.title, *_along(found[0], first["shares"]), *(_reaches(found, floor + above) for above in ABOVE)]
            for side, found in runs.items()
        ],
    )
    machines = sorted({run["machine"] for found in runs.values() for run in found})
    return "\n".join([*lines, "", *(f"Measured on {machine}." for machine in machines)])


def _row(side: Side, found: list[dict[str, Any]], columns: Sequence[str]) -> list[Any]:
    steps = round(statistics.mean(run["steps"] for run in found))
    scores = [_spread([run["psnr"][name] for run in found if name in run["psnr"]]) for name in columns]
    refined = [_spread([run["refined"][name] for run in found if name in run["refined"]]) for name in columns[1:]]
    inversion = statistics.mean(value for run in found for value in run["seconds per inversion"].values())
    numbers, weights = found[0]["numbers"], found[0]["weights"]
    return [side.title, len(found), numbers, steps, *scores, weights, *refined, f"{inversion:.2f}"]


def _spread(values: Sequence[float]) -> str:
    """A mean, and from three values how far they lie apart."""
    mean = f"{statistics.mean(values):.2f}"
    return mean if len(values) == 1 else f"{mean} ({min(values):.2f} to {max(values):.2f})"


def _along(run: dict[str, Any], shares: Sequence[float]) -> list[str]:
    """The PSNR at each share of the time; a look that came later stands where it belongs, others stay empty."""
    row = []
    for number, share in enumerate(shares):
        until = shares[number + 1] * run["budget"] if number + 1 < len(shares) else float("inf")
        here = [value for at, value in run["curve"] if share * run["budget"] * 0.9 <= at < until * 0.9]
        row.append(f"{here[0]:.1f}" if here else "")
    return row


def _reaches(found: list[dict[str, Any]], wanted: float) -> str:
    times = [next((at for at, value in run["curve"] if value >= wanted), None) for run in found]
    reached = [at for at in times if at is not None]
    if not reached:
        return "never"
    some = "" if len(reached) == len(times) else f" ({len(reached)} of {len(times)})"
    return f"{statistics.mean(reached):.0f} s{some}"


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    width = len(head)
    lines = [f"| {' | '.join(head)} |", f"| --- |{' ---: |' * (width - 1)}"]
    for row in rows:
        cells = [*map(str, row), *[""] * (width - len(row))]
        lines.append(f"| {' | '.join(cells)} |")
    return lines
