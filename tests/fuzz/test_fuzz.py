"""Real files, broken at random, are read or refused: see fuzzing.py, which `make fuzz` runs for longer."""

import importlib
import os
import warnings
from pathlib import Path

import pytest

FOUND = [
    ("a.mkv", 652),
    ("b.avi", 681),
    ("half/metrics.jsonl", 383304627),
    ("latents.safetensors", 1288),
    ("latents.safetensors", 1408),
    ("latents.safetensors", 1918),
    ("o.toml", 1529),
    ("run/checkpoints/step-00000003/state.json", 10278),
]
"""Cases that found bugs once. They are tried first."""


@pytest.fixture
def fuzzing(monkeypatch):
    for name in [name for name in os.environ if name.startswith("INRKIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("INRKIT_CACHE", "")
    monkeypatch.setenv("CI", "1")
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    module = importlib.import_module("fuzzing")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forking beside threads, all of which are at rest
        yield module


def test_a_few_broken_files(fuzzing, tmp_path):
    seeds = fuzzing.prepare(tmp_path)
    assert fuzzing.run_batch(FOUND, seeds, tmp_path) == []
    assert fuzzing.run_batch(fuzzing.cases_of(seeds, 1, 40), seeds, tmp_path) == []


def test_what_goes_wrong_is_seen(fuzzing, tmp_path, monkeypatch):
    """A traceback, a crash and a hang of the command each have their line."""

    def go_wrong(case, seeds, place):
        if case[1] == 1:
            raise KeyError("a bug")
        if case[1] == 2:
            os.kill(os.getpid(), 9)
        while case[1] == 3:
            pass
        return ""

    monkeypatch.setattr(fuzzing, "run_case", go_wrong)
    monkeypatch.setattr(fuzzing, "SECONDS", 1)
    wrong = fuzzing.run_batch([("a", number) for number in range(6)], {}, tmp_path)
    assert [number for (_, number), _ in wrong] == [1, 2, 3]
    assert "KeyError" in wrong[0][1] and "ended with -9" in wrong[1][1] and "more than 1 seconds" in wrong[2][1]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_thousands_of_broken_files(fuzzing, tmp_path):
    count, wrong = fuzzing.fuzz(0, 3000, 600, tmp_path)
    assert not wrong, "\n".join(f"case {case}: {what}" for case, what in wrong)
    assert count >= 1000
