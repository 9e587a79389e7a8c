"""Import one plugin and read what it offers, so that nothing it does can harm the others."""

from __future__ import annotations

import re
import sys
import time
import traceback
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from inrkit.declare import Declaration
from inrkit.discovery.check import Offer, collect
from inrkit.discovery.find import Found, same_name

State = Literal["ok", "slow", "disabled", "broken", "conflict"]

SLOW_MILLISECONDS = 200.0
HEAVY = ("torch", "numpy", "av")

_ENTRY = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*(:[^\W\d][\w.]*)?")


@dataclass(frozen=True)
class PluginRecord:
    """What became of one plugin.

    Args:
        name: Of its entry point, or of its module if it has none.
        distribution: The installed package that brings it.
        version: Of the distribution.
        state: ``ok``; ``slow``: works, but its import delays every command; ``disabled``: switched off, not
            imported; ``broken``: what `provides` lists works, the rest does not; ``conflict``: something it offers
            has a name that is taken, and needs to be called ``distribution/name``.
        reason: Why it is not ``ok``, in one line.
        traceback: Of what it raised, if it did.
        provides: The declarations that can be used.
        refused: The declarations that cannot: (kind, name) to what is wrong.
        milliseconds: That its import took.
        module: What is imported.
        local: Whether it is a one-file plugin.
        problems: What is wrong with what it offers, one by one.
        deprecated: What it uses that a later inrkit will no longer have.
    """

    name: str
    distribution: str
    version: str
    state: State = "ok"
    reason: str = ""
    traceback: str = ""
    provides: tuple[Declaration, ...] = ()
    refused: Mapping[tuple[str, str], str] = field(default_factory=dict)
    milliseconds: float = 0.0
    module: str = ""
    local: bool = False
    problems: tuple[str, ...] = ()
    deprecated: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.name} ({self.distribution} {self.version or 'without a version'})"

    def is_named(self, name: str) -> bool:
        """Whether `name` is that of the plugin or of its distribution."""
        return same_name(name, self.name) or same_name(name, self.distribution)


def load_plugin(found: Found) -> PluginRecord:
    """Import a plugin, unless it is switched off. Whatever it raises becomes the record's reason."""
    known_by = found.entry.name, found.distribution, found.version
    record = PluginRecord(*known_by, module=found.entry.value.partition(":")[0], local=found.local)
    if found.off:
        return replace(record, state="disabled", reason=found.off)
    if not _ENTRY.fullmatch(found.entry.value):  # which importlib itself cannot take
        return replace(record, state="broken", reason=_no_module(found))
    known = set(sys.modules)
    start = time.perf_counter()
    try:
        offer = _import(found)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - the isolation border: a plugin may raise anything, SystemExit too
        text = "".join(traceback.format_exception(error))
        return replace(record, state="broken", reason=because(error), traceback=text, milliseconds=_since(start))
    record = replace(record, provides=offer.declarations, deprecated=offer.deprecated, milliseconds=_since(start))
    return _judged(record, offer, known)


def because(error: BaseException) -> str:
    """What an exception says, in one line."""
    text = " ".join(str(error).split())
    if isinstance(error, SystemExit):
        return f"it exits when it is imported (SystemExit: {text})"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _no_module(found: Found) -> str:
    if found.local:
        return f"{found.entry.value!r} is no module: name it as Python does, my_plugin for my_plugin.py in this folder"
    return f"its entry point is {found.entry.value!r}, which is no module: write package.module, as Python imports it"


def _import(found: Found) -> Offer:
    if found.local and (folder := str(Path.cwd())) not in sys.path:
        sys.path.append(folder)  # last, so that a file in it hides no installed module
    # A plugin that prints must not end up in the JSON of a command.
    with redirect_stdout(sys.stderr):
        return collect(found.entry.load())


def _since(start: float) -> float:
    return round(1000 * (time.perf_counter() - start), 1)


def _judged(record: PluginRecord, offer: Offer, known: set[str]) -> PluginRecord:
    if offer.problems:
        refused = {(problem.kind, problem.name): problem.text for problem in offer.problems if problem.kind}
        reason = "; ".join(problem.text for problem in offer.problems)
        problems = tuple(problem.text for problem in offer.problems)
        return replace(record, state="broken", reason=reason, refused=refused, problems=problems)
    if record.milliseconds > SLOW_MILLISECONDS:
        heavy = [name for name in HEAVY if name in sys.modules and name not in known]
        cause = f", for it imports {', '.join(heavy)}" if heavy else ""
        reason = f"its import delays every command by {record.milliseconds:.0f} ms{cause}"
        return replace(record, state="slow", reason=reason)
    return record
