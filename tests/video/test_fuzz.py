"""Real files, broken at random, are read or refused: see fuzzing.py, which `make fuzz` runs for longer."""

import importlib.util
import os
import warnings
from pathlib import Path

import pytest

FOUND = [652, 681]
"""Cases that found bugs once. They are tried first."""


@pytest.fixture
def fuzzing(monkeypatch):
    for name in [name for name in os.environ if name.startswith("INRKIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("INRKIT_CACHE", "")
    monkeypatch.setenv("CI", "1")
    specification = importlib.util.spec_from_file_location("fuzzing", Path(__file__).with_name("fuzzing.py"))
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forking beside threads, all of which are at rest
        yield module


def test_a_few_broken_files(fuzzing, tmp_path):
    (tmp_path / "seeds").mkdir()
    seeds = fuzzing.make_seeds(tmp_path / "seeds")
    for number in FOUND:
        assert fuzzing.run_batch(range(number, number + 1), seeds, tmp_path) == []
    assert fuzzing.run_batch(range(1, 41), seeds, tmp_path) == []


def test_what_goes_wrong_is_seen(fuzzing, tmp_path, monkeypatch):
    """A traceback, a crash and a hang of the command each have their line."""

    def go_wrong(number, seeds, place):
        if number == 1:
            raise KeyError("a bug")
        if number == 2:
            os.kill(os.getpid(), 9)
        while number == 3:
            pass
        return ""

    monkeypatch.setattr(fuzzing, "run_case", go_wrong)
    monkeypatch.setattr(fuzzing, "SECONDS", 1)
    wrong = fuzzing.run_batch(range(6), [], tmp_path)
    assert [number for number, _ in wrong] == [1, 2, 3]
    assert "KeyError" in wrong[0][1] and "ended with -9" in wrong[1][1] and "more than 1 seconds" in wrong[2][1]


@pytest.mark.slow
def test_thousands_of_broken_files(fuzzing, tmp_path):
    count, wrong = fuzzing.fuzz(0, 3000, 170, tmp_path)
    assert not wrong, "\n".join(f"case {number}: {what}" for number, what in wrong)
    assert count > 500
