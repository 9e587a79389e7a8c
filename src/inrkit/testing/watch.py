"""Run in a fresh interpreter: import some modules and write, as JSON, what that did beside.

``python -m inrkit.testing.watch '[["plugin module"], ["options modules"], ["modules of classes"]]'``
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import sys
import sysconfig
import threading
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

HEAVY = (("torch", "numpy", "av", "pydantic"), ("torch", "numpy", "av"), ())
"""What modules of each stage may not import: the plugin's, those of options, those of classes."""

DEEDS = {
    "socket.connect": "it opens a network connection",
    "socket.getaddrinfo": "it looks up a host",
    "urllib.Request": "it opens an address",
    "subprocess.Popen": "it starts a process",
    "os.system": "it starts a process",
    "os.posix_spawn": "it starts a process",
    "os.fork": "it starts a process",
    "os.mkdir": "it makes a folder",
    "os.remove": "it deletes a file",
    "os.rename": "it moves a file",
    "os.rmdir": "it deletes a folder",
    "shutil.rmtree": "it deletes a folder",
}
"""Audit event of Python to what it means."""

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
STDLIB = tuple({sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), "<frozen"})


class Watcher:
    """Hears what the interpreter does, and notes what a watched package does while it is imported."""

    def __init__(self) -> None:
        self.package = ""
        self.deeds: list[str] = []
        sys.addaudithook(self.hear)

        watcher, start = self, threading.Thread.start

        def heard(self: Any) -> None:  # not every Python has an audit event for it
            watcher.note("it starts a thread")
            start(self)

        threading.Thread.start = heard  # type: ignore[method-assign]

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """One event."""
        if self.package and (event in DEEDS or event == "open"):
            self.note(_of_open(arguments) if event == "open" else DEEDS[event])

    def note(self, text: str) -> None:
        """Something, if it is part of importing the watched package and no library."""
        frame = _importing(sys._getframe(1)) if self.package and text else None
        if frame and str(frame.f_globals.get("__name__", "")).partition(".")[0] == self.package:
            self.deeds.append(f"{text} ({Path(frame.f_code.co_filename).name}, line {frame.f_lineno})")


def _of_open(arguments: tuple[Any, ...]) -> str:
    path, mode, flags = arguments
    writes = any(letter in mode for letter in "wax+") if mode else bool(flags and flags & WRITES)
    return f"it writes {path}" if writes and str(path) != os.devnull else ""


def _importing(frame: FrameType | None) -> FrameType | None:
    """The innermost module, Python's own aside, whose import this is part of."""
    while frame:
        code = frame.f_code
        own = code.co_filename.startswith(STDLIB) and "site-packages" not in code.co_filename
        if code.co_name == "<module>" and not own:
            return frame
        frame = frame.f_back
    return None


def _generators() -> dict[str, object]:
    """The states of the global generators, of those libraries that are there."""
    found: dict[str, object] = {"Python's": random.getstate()}
    if "numpy" in sys.modules:
        found["numpy's"] = str(import_module("numpy").random.get_state())
    if "torch" in sys.modules:
        found["torch's"] = import_module("torch").get_rng_state().tolist()
    return {f"it draws from or seeds {name} global generator": state for name, state in found.items()}


def _settings() -> dict[str, object]:
    """What all code in the process shares."""
    found: dict[str, object] = {"the environment": dict(os.environ), "the current folder": str(Path.cwd())}
    if torch := sys.modules.get("torch"):
        found["torch's default dtype"] = torch.get_default_dtype()
        found["torch's number of threads"] = torch.get_num_threads()
        found["torch's gradient mode"] = torch.is_grad_enabled()
        found["torch's determinism"] = torch.are_deterministic_algorithms_enabled()
    return {f"it changes {name}": state for name, state in found.items()}


def watched(watcher: Watcher, module: str, stage: int) -> dict[str, Any]:
    """Import one module."""
    before: list[tuple[Callable[[], dict[str, object]], dict[str, object]]] = [
        (look, look()) for look in (_generators, _settings)
    ]
    known, printed, start = set(sys.modules), io.StringIO(), time.process_time()
    watcher.package, watcher.deeds = module.partition(".")[0], []
    with contextlib.redirect_stdout(printed), contextlib.suppress(BaseException):
        import_module(module)  # that it fails is found elsewhere, with its reason
    watcher.package = ""
    milliseconds = 1000 * (time.process_time() - start)
    changed = [text for look, old in before for text, state in look().items() if old.get(text, state) != state]
    deeds = [*watcher.deeds, *changed, *(["it prints"] if printed.getvalue() else [])]
    heavy = [name for name in HEAVY[stage] if name in sys.modules and name not in known]
    report = {"module": module, "stage": stage, "milliseconds": milliseconds, "heavy": heavy}
    return report | {"deeds": list(dict.fromkeys(deeds))}


def main() -> None:
    """Watch the imports that the command line names."""
    import inrkit.discovery  # noqa: F401 - what every command has imported before it comes to plugins

    watcher, reports = Watcher(), []
    for stage, modules in enumerate(json.loads(sys.argv[1])):
        if stage == 2 and modules:
            import_module("inrkit.model")
        reports += [watched(watcher, module, stage) for module in modules]
    sys.stdout.write("\n" + json.dumps(reports) + "\n")


if __name__ == "__main__":
    main()
