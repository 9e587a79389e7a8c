"""What importing a plugin does, watched in a fresh interpreter."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from inrkit.discovery.load import SLOW_MILLISECONDS, PluginRecord

LONGEST = 120
"""Seconds to wait for an import."""

LIGHT = "Import it inside the function that needs it, or in the module of the class that is declared as target."
QUIET = "Do it in the function or the class that needs it, when it is called."


@dataclass(frozen=True)
class Deed:
    """Something that an import does and should not.

    Attributes:
        module: The one that was being imported.
        text: What it does.
        change: What to do about it.
    """

    module: str
    text: str
    change: str


def watch_imports(record: PluginRecord) -> Iterator[Deed]:
    """Import what a plugin declares in a fresh interpreter, and say what that does beside.

    The plugin's module may import nothing heavy, since every command does it; nor may those of its options, since help
    does. The modules of its classes may; but none may write files, open connections, start threads or processes, draw
    from a global generator, or change settings.

    Raises:
        RuntimeError: The interpreter fails by itself.
    """
    options = {_module(item.options) for item in record.provides if item.options}
    targets = {_module(item.target) for item in record.provides} - options
    stages = [[record.module], sorted(options - {record.module}), sorted(targets - {record.module})]
    if record.local:  # the one file holds the classes as well, so it cannot be light
        stages = [[], [], sorted({record.module, *options, *targets})]
    try:
        reports = _in_fresh_interpreter(stages)
    except subprocess.TimeoutExpired:
        yield Deed(record.module, f"importing it takes longer than {LONGEST} s", QUIET)
        return
    for report in reports:
        deed = partial(Deed, report["module"])
        if report["heavy"]:
            where = "every command imports it" if report["module"] == record.module else "help imports it for options"
            yield deed(f"it imports {', '.join(report['heavy'])}, and {where}", LIGHT)
        if report["stage"] == 0 and report["milliseconds"] > SLOW_MILLISECONDS:
            yield deed(f"its import delays every command by {report['milliseconds']:.0f} ms", LIGHT)
        for text in report["deeds"]:
            yield deed(f"when it is imported, {text}", QUIET)


def _module(target: str) -> str:
    return target.partition(":")[0]


def _in_fresh_interpreter(stages: list[list[str]]) -> list[dict[str, Any]]:
    here = os.pathsep.join([*(path or str(Path.cwd()) for path in sys.path), str(Path.cwd())])
    environ = {**os.environ, "PYTHONPATH": here, "PYTHONDONTWRITEBYTECODE": "1", "INRKIT_NO_PLUGINS": "1"}
    command = [sys.executable, "-P", "-m", "inrkit.testing.watch", json.dumps(stages)]
    done = subprocess.run(command, capture_output=True, text=True, env=environ, timeout=LONGEST, check=False)
    if done.returncode:
        raise RuntimeError(f"a fresh interpreter ended with {done.returncode}: {done.stderr[-500:]}")
    reports: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return reports
