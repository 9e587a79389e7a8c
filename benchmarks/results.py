"""Train a space of each data set, do every task in it, evaluate it, and write what came of it to docs/results.md.

python benchmarks/results.py [--shapes FOLDER] [--faces FOLDER] [--toy RUN] [--count 8] [--overwrite]

A folder of videos, or a run that was trained on them before. A data set that is not given keeps the section it has.
Whatever is done is kept in runs/results/, so that the same command goes on where an earlier one was stopped;
--overwrite begins anew.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from results_measure import Dataset, Measuring, Target, Task, Way, measure
from results_table import OWN
from results_write import write_section

from inrkit import InrkitError

ROOT = Path(__file__).resolve().parents[1]

DATASETS = [
    Dataset("toy", "Toy videos", "Generated shapes that bounce before moving backgrounds.", pictures=True),
    Dataset(
        "shapes",
        "Moving shapes",
        "The moving shapes of [MoCoGAN](https://github.com/sergeytulyakov/mocogan).",
        split=("--holdout", "50"),
        pictures=True,
    ),
    Dataset(
        "faces",
        "Talking faces",
        "People of [LivePortrait](https://github.com/KwaiVGI/LivePortrait)'s examples, a video each, so that those who "
        "are held out are in no training clip. The footage is not ours: there are no pictures.",
        split=("--holdout", "2"),
    ),
]

TASKS = [
    Task(
        "invert",
        "Inversion",
        "Everything is seen.",
        targets=[Target("ours", OWN, less=0.5), Target("mean", OWN, less=1.5)],
    ),
    Task(
        "predict",
        "Frame prediction",
        "The first frames are seen.",
        {"observed": 4},
        [Target("mean", "last frame repeated")],
    ),
    Task("sparse-inpaint", "Sparse inpainting", "Pixels scattered in space and time are seen.", {"keep": 0.25}),
    Task(
        "inpaint",
        "Inpainting",
        "The top half of every frame is seen.",
        {"keep": "top"},
        [Target("mean", "mean colour")],
    ),
    Task(
        "interpolate-frames",
        "Frame interpolation",
        "The first frame and the last are seen.",
        {"observed": "0,-1"},
        [Target("mean", "linear blend")],
    ),
    Task(
        "superresolve",
        "Superresolution",
        "The means over the areas of 8 rows of larger pixels are seen.",
        {"low": 8},
        [Target("mean", OWN, less=1.5)],
    ),
]
"""A further task is one more entry."""

WAYS = [
    Way("ours", "inrkit", "the command as it is."),
    Way(
        "mean",
        "inrkit, `--start mean`",
        "four starts, at the mean training latent and around it, without a search among the others; from one alone, "
        "about every third fit ends in a video of another motion.",
        ("--start", "mean", "--restarts", "4", "--steps", "600"),
    ),
    Way(
        "paper",
        "`--paper`, {steps:,} steps at {lr:g}",
        "the published protocol as far as it is known. Its steps and learning rate are not, so there are two rates; "
        "`--points` is ours, to save time: each step compares some of the seen pixels, others in each, not all.",
        ("--paper", "--points", "0.02"),
        published=True,
    ),
]
"""A further way to do a task is one more entry. The trivial answers are taken from the first."""

EVALUATE = "--samples 64 --clips 32"
"""Few, so that it takes about two minutes on two cores: the intervals say how sure it is."""


def main() -> int:
    """Do it; the exit code is that of inrkit."""
    options = _options()
    sources = {"toy": options.toy, "shapes": options.shapes, "faces": options.faces}
    tasks = [task for task in TASKS if not options.tasks or task.name in options.tasks]
    chosen = [dataset for dataset in DATASETS if dataset.name == "toy" or sources[dataset.name]]
    with alone_in(options.work) as lock:
        for dataset in chosen:
            work = options.work / dataset.name
            if options.overwrite and work.exists():
                shutil.rmtree(work)
            how = Measuring(
                work,
                sources[dataset.name],
                options.count,
                options.train.split(),
                options.fit.split(),
                options.evaluate.split(),
                lock,
            )
            try:
                figures = measure(dataset, tasks, WAYS, how)
            except InrkitError as error:
                print(f"results: {dataset.name}: {error}", file=sys.stderr)
                return 1
            except KeyboardInterrupt:
                print("results: stopped; the same command goes on here", file=sys.stderr)
                return 130
            write_section(options.document, figures, [each.title for each in DATASETS])
            print(f"{options.document}: {dataset.title}", file=sys.stderr)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--toy", type=Path, help="run that was trained on the toy videos; default: one is trained")
    parser.add_argument("--shapes", type=Path, help="folder of MoCoGAN's moving shapes, or a run trained on it")
    parser.add_argument("--faces", type=Path, help="folder of videos, each of another person, or a run trained on it")
    parser.add_argument("--count", type=int, default=8, help="training clips, and held-out clips, of each data set")
    parser.add_argument("--overwrite", action="store_true", help="measure all of it anew")
    parser.add_argument("--tasks", nargs="*", choices=[task.name for task in TASKS], help="only these; default: all")
    parser.add_argument("--train", default="", help="further flags for each training")
    parser.add_argument("--fit", default="", help="further flags for each task")
    parser.add_argument("--evaluate", default=EVALUATE, help="flags for each evaluation; default: %(default)s")
    parser.add_argument("--work", type=Path, default=ROOT / "runs/results", help="where work is kept")
    parser.add_argument("--document", type=Path, default=ROOT / "docs/results.md", help="what is written")
    options = parser.parse_args()
    for name in ("toy", "shapes", "faces"):
        folder = getattr(options, name)
        if folder is not None and not folder.exists():
            parser.error(f"--{name}: {folder} does not exist")
    if options.toy and not (options.toy / "config.json").exists():
        parser.error(f"--toy: {options.toy} is no run")
    if options.count < 1:
        parser.error("--count: at least one clip is needed")
    return options


@contextmanager
def alone_in(folder: Path, name: str = "lock") -> Iterator[int]:
    """Hold `folder`, or what `name` says of it.

    Commands inherit the lock: one that outlives a killed script is waited for, not run beside.
    """
    import fcntl

    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"results: waiting for another one at work in {folder}", file=sys.stderr)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock.fileno()


if __name__ == "__main__":
    sys.exit(main())
