"""Where nothing can be read or written: no permission, a full disk. Each command runs in a copy of this process."""

import json
import os
import resource
import shutil
import tempfile
import warnings
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from inrkit.video import toy_videos, write_video

NOBODY = 65534
FULL = 20_000
"""Bytes a file may have on the full disk."""


@pytest.fixture
def place(monkeypatch, run):
    """A folder that everyone may use, with a run, a film, and a folder that none but root may write in."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o777)
    shutil.copytree(run, folder / "run")
    write_video(folder / "film.mkv", toy_videos(1, 12, (24, 32))[0].frames)
    write_video(folder / "x.mp4", torch.zeros(4, 16, 16, 3, dtype=torch.uint8), 10)
    (folder / "locked").mkdir()
    (folder / "locked").chmod(0o555)
    monkeypatch.setenv("INRKIT_CACHE", str(folder / "cache"))
    monkeypatch.chdir(folder)
    yield folder
    (folder / "locked").chmod(0o755)
    shutil.rmtree(folder)


def nobody():
    """From here on another user than root, who may do everything; a user stays who they are."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def full_disk():
    """From here on files cannot grow: the system refuses it as it does on a full disk, with another number."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (FULL, FULL))


@pytest.fixture
def apart(cli, place):
    """Run a command line in a copy of this process, to which something is done first."""
    reading, writing = os.pipe()

    def call(before, *words):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of threads, of which ours are all at rest
            child = os.fork()
        if not child:
            try:
                before()
                outcome = cli(*words)
                said = {"exit_code": outcome.exit_code, "stderr": outcome.stderr, "raised": repr(outcome.exception)}
                os.write(writing, json.dumps(said).encode())
            finally:
                os._exit(0)
        os.close(writing)
        os.waitpid(child, 0)
        with os.fdopen(reading) as pipe:
            return SimpleNamespace(**json.load(pipe))

    return call


TRAIN = "train --plugin inrv -o count=4 -o held_out=0 --size 8 --frames 5 --steps 2 --device cpu -o inr.width=64 --out"
RENDER = "render run --clip 0 --device cpu --out"
WORDS = {
    "a video that may not be read": (nobody, "data prepare film.mkv --frames 4 --size 8"),
    "a run that may not be read": (nobody, "info run"),
    "a training into a folder that may not be written": (nobody, f"{TRAIN} locked/run"),
    "a video into a folder that may not be written": (nobody, f"{RENDER} locked/x.mp4"),
    "clips on a full disk": (full_disk, "data prepare film.mkv --frames 4 --size 64"),
    "a training on a full disk": (full_disk, f"{TRAIN} full"),
    "a video on a full disk": (full_disk, f"{RENDER} x.mp4 --size 256 --frames 200"),
}


@pytest.mark.parametrize("case", WORDS)
def test_a_place(apart, place, rows, case):
    """What was there before stays, and nothing half-written lies beside it."""
    before, words = WORDS[case]
    for path in (place / "film.mkv", place / "run" / "config.json"):
        path.chmod(0 if "may not be read" in case else 0o644)
    old = {path: path.read_bytes() if os.access(path, os.R_OK) else b"" for path in _files(place)}
    outcome = apart(before, *words.split())
    code, parts = rows("Places")[case]
    assert outcome.exit_code == code, outcome
    assert outcome.stderr.count("\nerror: ") + outcome.stderr.startswith("error: ") == 1
    assert "Traceback" not in outcome.stderr
    for part in parts:
        assert part in outcome.stderr
    left = [path for path in _files(place) if path not in old and not {"cache", "full"} & {*path.parts}]
    assert left == []
    assert all(path.read_bytes() == content for path, content in old.items() if os.access(path, os.R_OK))


def test_every_place_has_its_row(rows):
    assert set(rows("Places")) == set(WORDS)


def _files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]
