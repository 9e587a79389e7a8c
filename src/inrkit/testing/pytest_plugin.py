"""Fixtures for tests of plugins. pytest loads this wherever inrkit is installed, so it imports nothing heavy."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SWITCHES = ("NO_PLUGINS", "PLUGINS", "DISABLE_PLUGINS", "STRICT_PLUGINS", "PLUGIN_MODULES")
TINY_PLUGIN = "inrkit.testing.tiny_plugin"

OnlyPlugins = Callable[..., None]


@pytest.fixture
def only_plugins(monkeypatch: pytest.MonkeyPatch) -> Iterator[OnlyPlugins]:
    """Shut out all plugins but some: ``only_plugins("my-dist", modules=["my_file"])``; without names, the core alone.

    It holds for this test, also for the commands that it starts, and plugins are looked for anew.
    """
    from inrkit import discovery

    def only(*names: str, modules: tuple[str, ...] | list[str] = ()) -> None:
        for switch in SWITCHES:
            monkeypatch.delenv(f"INRKIT_{switch}", raising=False)
        monkeypatch.setenv("INRKIT_PLUGINS", ",".join(names or ["inrkit"]))
        monkeypatch.setenv("INRKIT_PLUGIN_MODULES", ",".join(modules))
        discovery.reset()

    yield only
    discovery.reset()


@pytest.fixture
def tiny_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a trained tiny run, in which a test may write. Its plugin is there for this test."""
    from inrkit.testing.tiny import trained_run

    before = os.environ.get("INRKIT_PLUGIN_MODULES", "")
    monkeypatch.setenv("INRKIT_PLUGIN_MODULES", ",".join(filter(None, [before, TINY_PLUGIN])))
    return Path(shutil.copytree(trained_run(), tmp_path / "tiny-run"))


@pytest.fixture
def tiny_videos(tmp_path: Path) -> list[Path]:
    """Two short videos that the tiny run has never seen: mp4 files of 12 frames of 32x32."""
    from inrkit.testing.tiny import tiny_videos

    return tiny_videos(tmp_path / "tiny-videos")
