"""A command line with a clean environment, its own cache, and one tiny trained run that tests may read."""

import os
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from inrkit import discovery
from inrkit.cli import console
from inrkit.cli.app import app

OPTIONS = ["count=4", "held_out=2", "inr.width=8", "hypernetwork.width=8", "encoder.size=4", "train.batch=2"]
TINY = [*(word for option in OPTIONS for word in ("-o", option)), "--size", "8x8", "--frames", "5", "--device", "cpu"]
"""A training of a tenth of a second."""


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def clean(monkeypatch, tmp_path, cache):
    """No INRKIT_* variable but the cache, and an empty current folder."""
    for name in [name for name in os.environ if name.startswith("INRKIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("INRKIT_CACHE", str(cache))
    monkeypatch.setenv("CI", "1")
    monkeypatch.chdir(tmp_path)
    discovery.reset()
    yield
    console.set_quiet(False)
    discovery.reset()


@pytest.fixture(scope="session")
def rows():
    """The tables of docs/errors.md: ``rows("Videos")`` is what is wrong, to the code and what the message must say."""
    text = (Path(__file__).parents[2] / "docs" / "errors.md").read_text()
    sections = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))

    def read(section):
        found = re.findall(r"^\| (.+?) \| (\d) \| `(.+)` \|$", sections[section], re.MULTILINE)
        assert len({what for what, _, _ in found}) == len(found), "each row once"
        return {what: (int(code), message.split(" … ")) for what, code, message in found}

    return read


@pytest.fixture
def cli(clean):
    """Run a command line: ``cli("train", "--plugin", "inrv")``."""
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "150"})


@pytest.fixture
def train(cli):
    """A tiny training of 10 steps on toy videos: ``train("--out", "run")``."""
    return lambda *words: cli("train", "--plugin", "inrv", *TINY, "--steps", "10", *words)


@pytest.fixture(scope="session")
def _trained(tmp_path_factory, cache):
    folder = tmp_path_factory.mktemp("trained") / "run"
    environ = {"INRKIT_CACHE": str(cache), "CI": "1"}
    words = ["train", "--plugin", "inrv", *TINY, "--steps", "10", "--out", str(folder)]
    outcome = CliRunner().invoke(app, words, env=environ)
    assert outcome.exit_code == 0, outcome.output
    return folder


@pytest.fixture
def run(_trained, tmp_path):
    """A copy of a finished tiny run, to read or to spoil."""
    return shutil.copytree(_trained, tmp_path / "finished")
