"""Breaks real files at random and gives them to the commands: `python tests/fuzz/fuzzing.py --seconds 600`.

A case is wrong if a command ends with a traceback, with a code that is not documented, by a signal (a crash, or after
20 seconds), or if it takes more than a gigabyte. Every case is a function of a file's name and a number, so a failure
can be repeated: `--only a.mp4 --first 1234 --cases 1`.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # before torch is imported: a forked child waits for ever for threads of its parent

import numpy as np
from breaking import broken
from seeds import Seed, make_seeds
from typer.testing import CliRunner

from inrkit.cli.app import app
from inrkit.engine import finish

SECONDS = 20
MEGABYTES = 1024
BATCH = 25
CODES = {0, 1, 2, 3}

Case = tuple[str, int]


def cases_of(seeds: dict[str, Seed], first: int, count: int) -> list[Case]:
    """`count` cases from the number `first` on, of each file in turn."""
    names = list(seeds)
    return [(names[number % len(names)], number) for number in range(first, first + count)]


def run_case(case: Case, seeds: dict[str, Seed], place: Path) -> str:
    """Run a case in `place`, an empty folder; say what was wrong, or nothing."""
    name, number = case
    random = np.random.default_rng(number)
    seed = seeds[name]
    folder = place / "files"
    shutil.copytree(seed.folder, folder)
    file = folder / seed.file
    file.write_bytes(broken(file.read_bytes(), file.suffix, random))
    words = seed.commands[random.integers(len(seed.commands))]
    os.environ["INRKIT_CACHE"] = str(place / "cache")
    os.chdir(folder)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        outcome = CliRunner().invoke(app, [seed.subject if word == "{}" else word for word in words])
    raised = outcome.exception
    if raised is not None and not isinstance(raised, SystemExit):
        assert outcome.exc_info is not None
        return "".join(traceback.format_exception(*outcome.exc_info)[-6:])
    if outcome.exit_code not in CODES or "Traceback" in outcome.output:
        return f"code {outcome.exit_code}: {outcome.output[-500:]}"
    if outcome.exit_code and "error: " not in outcome.stderr:
        return f"code {outcome.exit_code} without a message: {outcome.output[-500:]}"
    return ""


def run_batch(cases: list[Case], seeds: dict[str, Seed], place: Path) -> list[tuple[Case, str]]:
    """Run some cases in a copy of this process; those that went wrong, and how."""
    log = place / "log.jsonl"
    log.write_text("")
    child = os.fork()
    if not child:
        try:
            _run_all(cases, seeds, place, log)
        finally:
            os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    wrong = [(cases[line["at"]], line["wrong"]) for line in lines if line.get("wrong")]
    if status:
        died = lines[-1]["at"] if lines else 0
        what = f"took more than {SECONDS} seconds" if status == -signal.SIGALRM else f"ended with {status}"
        wrong.append((cases[died], what))
        wrong += run_batch(cases[died + 1 :], seeds, place) if cases[died + 1 :] else []
    return wrong


def _run_all(cases: list[Case], seeds: dict[str, Seed], place: Path, log: Path) -> None:
    for stream in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    finish.FIT_STEPS = 2  # what is measured after a training takes as long whatever is broken
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    with log.open("a", buffering=1) as file:
        for at, case in enumerate(cases):
            file.write(json.dumps({"at": at}) + "\n")
            here = Path(tempfile.mkdtemp(dir=place))
            signal.alarm(SECONDS)
            try:
                wrong = run_case(case, seeds, here)
            except Exception:  # noqa: BLE001 - this is where it is shown
                wrong = traceback.format_exc()
            signal.alarm(0)
            taken = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024 - before
            if taken > MEGABYTES:
                wrong, before = wrong or f"took {taken} MB", before + taken
            file.write(json.dumps({"at": at, "wrong": wrong}) + "\n")
            os.chdir(place)
            shutil.rmtree(here, ignore_errors=True)


def prepare(place: Path) -> dict[str, Seed]:
    """The seeds, in `place`; from here on the environment is that of the cases."""
    os.environ["CI"] = "1"
    os.environ["INRKIT_CACHE"] = str(place / "cache")
    (place / "seeds").mkdir()
    seeds = make_seeds(place / "seeds")
    gc.collect()  # an encoder that is deleted in a copy of this process would wait for its threads, which are not there
    return seeds


def fuzz(
    first: int, count: int, seconds: float, place: Path, only: str | None = None
) -> tuple[int, list[tuple[Case, str]]]:
    """Run cases until there are enough or the time is over: how many, and those that went wrong."""
    seeds = prepare(place)
    chosen = {name: seed for name, seed in seeds.items() if only in (None, name)}
    end = time.monotonic() + seconds
    wrong: list[tuple[Case, str]] = []
    done = 0
    while done < count and time.monotonic() < end:
        cases = cases_of(chosen, first + done, min(count - done, BATCH))
        wrong += run_batch(cases, seeds, place)
        done += len(cases)
    return done, wrong


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--first", type=int, default=int(time.time()) % 10**6 * 1000)
    parser.add_argument("--cases", type=int, default=10**9)
    parser.add_argument("--only", help="break this file alone, for example a.mp4 or run/config.json")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        number, failures = fuzz(given.first, given.cases, given.seconds, Path(folder), given.only)
    for case, what in failures:
        print(f"--only {case[0]} --first {case[1]}: {what}\n")
    print(f"{number} cases from {given.first}, {len(failures)} went wrong")
    sys.exit(1 if failures else 0)
