"""Tiny trainings from Python, in a clean environment."""

import os

import pytest

import inrkit
from inrkit import discovery

OPTIONS = {
    "dataset.count": 4,
    "dataset.held_out": 0,
    "data.holdout": 0,
    "data.size": (8, 8),
    "data.frames": 5,
    "inr.width": 8,
    "hypernetwork.width": 8,
    "encoder.size": 4,
    "train.batch": 2,
    "train.warmup": 0,
    "train.steps": 12,
}


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def clean(monkeypatch, tmp_path, cache):
    """No INRKIT_* variable but the cache, and an empty current folder."""
    for name in [name for name in os.environ if name.startswith("INRKIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("INRKIT_CACHE", str(cache))
    monkeypatch.chdir(tmp_path)
    discovery.reset()
    yield
    discovery.reset()


@pytest.fixture
def train(clean):
    """Train on four toy videos of 5x8x8: ``train("run", {"train.steps": 3}, seed=1)``."""

    def run(out, options=None, **more):
        return inrkit.train(plugin="inrv", out=out, device="cpu", options=OPTIONS | (options or {}), **more)

    return run
