"""What importing a plugin does is watched in a fresh interpreter."""

import sys

import pytest

from inrkit.discovery import load_registry
from inrkit.testing.imports import watch_imports

HOOKS = """
from inrkit import declare, hookimpl

@hookimpl
def inrkit_inrs():
    return [declare.INR(name="mine", target="{name}.model:Mine", options="{name}.options:Options", summary="Mine")]
"""


@pytest.fixture
def deeds(tmp_path, monkeypatch, only_plugins):
    """What is found of a package whose three modules have some more lines."""

    def of(plugin="", options="", model="", name="watched"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "__init__.py").touch()
        (folder / "plugin.py").write_text(HOOKS.format(name=name) + plugin)
        (folder / "options.py").write_text("from pydantic import BaseModel\n" + options)
        (folder / "model.py").write_text("import torch\nfrom inrkit import INR\n" + model)
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[inrkit]\n{name} = {name}.plugin\n")
        only_plugins(name)
        (record,) = [each for each in load_registry().records if each.name == name]
        return list(watch_imports(record))

    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    yield of
    for module in [each for each in sys.modules if each.partition(".")[0] == "watched"]:
        del sys.modules[module]


def test_a_quiet_plugin_does_nothing(deeds):
    assert deeds() == []


def test_everything_that_an_import_does_is_told(deeds, tmp_path):
    """All at once, for each look takes a fresh interpreter."""
    found = deeds(
        plugin="import pydantic, numpy\nprint('hello')\n",
        options="import numpy, torch\n",
        model="""
import os, random, socket, subprocess, sys, threading
if "inrkit.testing.watch" in " ".join(sys.orig_argv):
    open("trace.txt", "w").close()
    os.mkdir("folder")
    os.environ["CHANGED"] = "1"
    subprocess.run(["true"])
    threading.Thread(target=int).start()
    torch.rand(1)
    random.random()
    torch.set_num_threads(1 + torch.get_num_threads())
    try:
        socket.create_connection(("127.0.0.1", 9), timeout=0.01)
    except OSError:
        pass
""",
    )
    told = {(deed.module, deed.text.partition(" (")[0]) for deed in found}
    assert told == {
        ("watched.plugin", "it imports numpy, pydantic, and every command imports it"),
        ("watched.plugin", "when it is imported, it prints"),
        ("watched.options", "it imports torch, and help imports it for options"),
        *(
            ("watched.model", f"when it is imported, {text}")
            for text in (
                "it writes trace.txt",
                "it makes a folder",
                "it changes the environment",
                "it starts a process",
                "it starts a thread",
                "it draws from or seeds torch's global generator",
                "it draws from or seeds Python's global generator",
                "it changes torch's number of threads",
                "it looks up a host",
                "it opens a network connection",
            )
        ),
    }
    assert all(deed.change.endswith(".") for deed in found)
    assert any("(model.py, line 6)" in deed.text for deed in found)


def test_what_a_library_does_is_not_the_authors_fault(deeds, tmp_path):
    (tmp_path / "library.py").write_text("open('made-by-library.txt', 'w').close()\n")
    assert deeds(model="import library\n") == []
    assert (tmp_path / "made-by-library.txt").exists()
