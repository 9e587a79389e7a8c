"""Commands in several processes, as users start them: over gloo on the loopback, one thread each."""

import os
import subprocess
import sys

import pytest

OPTIONS = {
    "dataset.count": 7,
    "dataset.held_out": 2,
    "data.size": [8, 8],
    "data.frames": 5,
    "inr.width": 8,
    "hypernetwork.width": 8,
    "encoder.size": 4,
    "train.batch": 3,
    "train.warmup": 0,
    "train.steps": 51,
    "train.log_every": 3,
    "train.eval_every": 25,
    "train.checkpoint_every": 17,
}
"""Seven clips in batches of 3, 2 and 2, so that two processes have 2 and 1, or 1 and 1."""


@pytest.fixture(scope="session")
def options():
    return OPTIONS


def environment(cache):
    environ = {name: value for name, value in os.environ.items() if not name.startswith("INRKIT_")}
    return environ | {
        "INRKIT_CACHE": str(cache),
        "OMP_NUM_THREADS": "1",
        "GLOO_SOCKET_IFNAME": "lo",
        "CI": "1",
        "COLUMNS": "150",
    }


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def start(cache):
    """Start ``python -m ...`` in a folder."""

    def begin(folder, *words):
        return subprocess.Popen(
            [sys.executable, "-m", *map(str, words)],
            cwd=folder,
            env=environment(cache),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return begin


@pytest.fixture(scope="session")
def command(start):
    """Run it to its end: code, stdout, stderr."""

    def run(folder, *words, timeout=120):
        process = start(folder, *words)
        out, err = process.communicate(timeout=timeout)
        return process.returncode, out, err

    return run
