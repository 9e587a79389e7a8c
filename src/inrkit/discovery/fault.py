"""Whose error it is: that of the plugin whose code ran when it was raised."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator

from inrkit.declare import Method
from inrkit.discovery.find import CORE
from inrkit.discovery.load import PluginRecord, because
from inrkit.errors import PluginError

REPORT = "Report this to its author; INRKIT_TRACEBACK=1 shows how it came about."
"""What to do about a plugin that fails."""


def fault_of(error: Exception, records: Iterable[PluginRecord]) -> PluginError | None:
    """What to say of an error that came out of a plugin's code, or of what that called; None: it is nobody's but ours.

    Args:
        error: As it was caught, with its traceback. Too little memory is no plugin's fault, nor is a reader that left.
        records: The plugins that there are.
    """
    others = [record for record in records if record.distribution != CORE]
    owners = {package: record for record in others for package in packages_of(record)}
    if is_memory(error) or isinstance(error, BrokenPipeError):
        return None
    for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))):
        owner = owners.get(str(frame.f_globals.get("__name__", "")).partition(".")[0])
        if owner:
            where = f"{frame.f_globals['__name__']}, line {line}, in {frame.f_code.co_name}"
            return PluginError(f"plugin {owner} fails: {because(error)} ({where})", REPORT)
    return None


def packages_of(record: PluginRecord) -> Iterator[str]:
    """The packages, or single modules, that a plugin's code lies in."""
    yield record.module.partition(".")[0]
    for item in record.provides:
        targets = (item.target, item.options, item.importer if isinstance(item, Method) else None)
        yield from (target.partition(":")[0].partition(".")[0] for target in targets if target)


def is_memory(error: Exception) -> bool:
    """Whether there was too little memory, wherever it was asked for."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, RuntimeError) and "allocate memory" in str(error)
