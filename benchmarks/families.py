"""Train every family for the same time, mix their parts, give them diverse videos: docs/families.md, results.md.

python benchmarks/families.py --shapes FOLDER --faces FOLDER [--grid FOLDER --actions FOLDER --misc FOLDER]
    [--only bars] [--models siren nerv] [--before "nice -n 5"]

Whatever is done is kept in runs/families/, so that the same command goes on where an earlier one was stopped;
--overwrite begins anew. Each command has one thread, and two run at a time. With --models some are measured, and others
may be beside them; nothing is written until all are asked for.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch counts the cores; commands inherit it

import argparse
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import families_bars
import families_diverse
import families_mixes
from families_diverse import Source
from families_train import Model, Setting, Trained
from families_write import write
from results import ROOT, alone_in

BARS = [
    Model("inrv", "--plugin inrv"),
    Model("siren", "--plugin siren"),
    Model("fourier", "--plugin siren --inr fourier"),
    Model("functa", "--plugin functa", times=2.0, note="its inner loop makes a step several times as dear"),
    Model("functa-codes", "--plugin functa-codes"),
    Model("vidfuncta", "--plugin vidfuncta"),
    Model("nerv", "--plugin nerv"),
    Model(
        "hnerv", "--plugin hnerv", note="it embeds each frame, and knows nothing of a frame of which nothing is seen"
    ),
    Model("trans-inr", "--plugin trans-inr"),
]
"""A further family is one more entry."""

MIXES = [
    Model("inrv", "--plugin inrv"),
    Model("siren-lowrank-vit", "--plugin inrv --inr siren --hypernetwork lowrank --encoder vit"),
    Model("inrv-siren", "--plugin inrv --inr siren"),
    Model("inrv-nerv-shared", "--plugin inrv --inr nerv-shared"),
    Model("inrv-modulated-siren", "--plugin inrv --inr modulated-siren"),
    Model("functa-nerf-mlp", "--plugin functa --inr nerf-mlp"),
    Model("functa-siren", "--plugin functa --inr siren"),
    Model("modulated-vit", "--plugin inrv --inr modulated-siren --hypernetwork modulations --encoder vit"),
    Model("inrv-lowrank", "--plugin inrv --hypernetwork lowrank"),
    Model("nerv-vit", "--plugin nerv --encoder vit -o hypernetwork.deviation=1"),
    Model("vidfuncta-nerv-shared", "--plugin vidfuncta --inr nerv-shared"),
]
"""A further mix is one more entry."""

DIVERSE = [model for model in BARS if model.name not in ("fourier", "functa", "vidfuncta", "hnerv")]
"""One of each family."""

SOURCES = [
    Source("shapes", "The moving shapes of [MoCoGAN](https://github.com/sergeytulyakov/mocogan).", 8),
    Source("faces", "People of [LivePortrait](https://github.com/KwaiVGI/LivePortrait)'s examples, a video each.", 6),
    Source("grid", "Speakers of the GRID corpus, a sentence each.", 5),
    Source("actions", "The Weizmann actions as packed by MoCoGAN: each video a person and an action.", 7),
    Source("misc", "Four videos that have nothing in common, such as cyclists and an animated film.", 4),
]
"""A further source is one more entry."""

PARTS = {"bars": 150.0, "mixes": 45.0, "diverse": 60.0}
"""And the seconds of each of their trainings."""

KINDS = ("shapes", "faces")
"""Mixes are trained on these, and on the toy videos."""

NEEDED = {"bars": ("shapes",), "mixes": KINDS, "diverse": tuple(source.name for source in SOURCES)}


def main() -> int:
    """Do it."""
    options, failed = _options(), []
    for part in options.only:
        work = options.work / part
        if options.overwrite and work.exists():
            shutil.rmtree(work)
        with alone_in(work, "-".join(["lock", *options.models])) as lock:
            setting = Setting(
                work, options.seconds or PARTS[part], shlex.split(options.before), options.at_once, lock, options.kept
            )
            lines, trained = _measured(part, options, setting)
        done = [each for each in trained.values() if each]
        failed += [f"{part}: {name}" for name, each in trained.items() if not each]
        if done and not options.models:
            written = write(options.document, part, lines(), sorted({each.machine for each in done}))
            print(f"{written}: {part}", file=sys.stderr)
    if failed:
        print(f"families: not done: {'; '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _measured(
    part: str, options: argparse.Namespace, setting: Setting
) -> tuple[Callable[[], list[str]], Mapping[Any, Trained | None]]:
    """What makes the lines of a part, and all that was trained."""
    every = {"bars": BARS, "mixes": MIXES, "diverse": DIVERSE}[part]
    models = [model for model in every if not options.models or model.name in options.models]
    if part == "bars":
        bars = families_bars.measure(models, options.shapes, setting)
        return partial(families_bars.lines, bars, setting.seconds), bars.trained
    if part == "mixes":
        mixes = families_mixes.measure(models, {name: getattr(options, name) for name in KINDS}, setting)
        return partial(families_mixes.lines, mixes, setting.seconds), mixes.trained
    folders = {source: getattr(options, source.name) for source in SOURCES}
    diverse = families_diverse.measure(models, folders, setting)
    return partial(families_diverse.lines, diverse, setting.seconds), diverse.trained


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for source in SOURCES:
        parser.add_argument(f"--{source.name}", type=Path, help=f"folder of videos. {source.about}")
    parser.add_argument("--only", nargs="*", choices=PARTS, default=list(PARTS), help="these parts; default: all")
    parser.add_argument("--models", nargs="*", default=[], help="only these, by their names in this file")
    parser.add_argument("--seconds", type=float, help="of each training; default: " + str(PARTS))
    parser.add_argument("--at-once", type=int, default=2, help="commands at a time; default: %(default)s")
    parser.add_argument("--before", default="", help="what each command is run through, such as 'nice -n 5'")
    parser.add_argument("--kept", action="store_true", help="run nothing, write what was measured before")
    parser.add_argument("--overwrite", action="store_true", help="measure these parts anew")
    parser.add_argument("--work", type=Path, default=ROOT / "runs/families", help="where work is kept")
    parser.add_argument("--document", type=Path, default=ROOT / "docs/families.md", help="what is written")
    options = parser.parse_args()
    for name in dict.fromkeys(name for part in options.only for name in NEEDED[part]):
        folder = getattr(options, name)
        if folder is None or not folder.exists():
            parser.error(f"--{name}: {f'{folder} does not exist' if folder else 'is needed'}")
    return options


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("families: stopped; the same command goes on here", file=sys.stderr)
        sys.exit(130)
