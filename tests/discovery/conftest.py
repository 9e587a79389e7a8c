"""Real plugins: packages with real metadata and entry points, written into a folder that Python searches."""

import importlib
import os
import sys
from pathlib import Path

import pytest

from inrkit import discovery


class Site:
    """A folder on ``sys.path`` that packages are installed into."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._monkeypatch = monkeypatch
        self._installed: list[str] = []

    def install(
        self, distribution: str, plugin: str, version: str = "1.0", entry: str = "", value: str = "", **modules: str
    ) -> str:
        """Write a distribution whose plugin module has the source `plugin`; `modules` are others of its package.

        Its entry point is named as the distribution, or `entry`, and names its plugin module, or `value`. Other
        installed plugins are switched off.
        Returns the name of its package.
        """
        package = distribution.replace("-", "_")
        for name, source in {"__init__": "", "plugin": plugin, **modules}.items():
            path = self.folder / package / f"{name}.py"
            path.parent.mkdir(exist_ok=True)
            path.write_text(source)
        info = self.folder / f"{package}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n")
        (info / "entry_points.txt").write_text(f"[inrkit]\n{entry or distribution} = {value or package + '.plugin'}\n")
        self._installed.append(distribution)
        self._monkeypatch.setenv("INRKIT_PLUGINS", ",".join(self._installed))
        importlib.invalidate_caches()
        discovery.reset()
        return package

    def offer(self, distribution: str, *declarations: str, **rest: str) -> str:
        """Install a plugin that returns `declarations`, such as ``INR(name="x", target="m:X", summary="")``."""
        hooks: dict[str, list[str]] = {}
        for text in declarations:
            hooks.setdefault(text.partition("(")[0].lower(), []).append(text)
        source = "from inrkit.declare import *\nfrom inrkit.hookspecs import hookimpl\n"
        for kind, texts in hooks.items():
            source += f"\n@hookimpl\ndef inrkit_{kind}s():\n    return [{', '.join(texts)}]\n"
        return self.install(distribution, source, **rest)


@pytest.fixture
def site(tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith("INRKIT_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(folder))
    discovery.reset()
    before = set(sys.modules)
    yield Site(folder, monkeypatch)
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", None) or "").startswith(str(tmp_path)):
            del sys.modules[name]
    discovery.reset()


@pytest.fixture
def record(site):
    """What became of the plugin of a distribution."""

    def of(distribution: str) -> discovery.PluginRecord:
        (found,) = [known for known in discovery.load_registry().records if known.distribution == distribution]
        return found

    return of
