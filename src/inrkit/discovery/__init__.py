"""Find the installed plugins, load each by itself, and answer what a name means.

find (no import) -> load (isolated) -> registry (names to classes, on demand) -> report (table, JSON). Nothing here
imports torch, and a plugin that fails is a record, never an exception.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from inrkit.discovery.find import Switches, find_plugins, unmatched
from inrkit.discovery.load import PluginRecord, load_plugin
from inrkit.discovery.registry import Entry, Registry
from inrkit.errors import PluginError

__all__ = ["Entry", "PluginRecord", "Registry", "load_registry", "plugins", "reset"]


def load_registry() -> Registry:
    """The registry of this process, as the switches in the environment say. Made once for each setting of them.

    Raises:
        PluginError: A plugin is broken and ``INRKIT_STRICT_PLUGINS`` is set.
    """
    switches = Switches.of(os.environ)
    registry = _registry(switches)
    broken = [f"{record}: {record.reason}" for record in registry.records if record.state == "broken"]
    if switches.strict and broken:
        hint = "Mend or remove it, or unset INRKIT_STRICT_PLUGINS to go on without it."
        raise PluginError(f"Broken plugin {'; '.join(broken)}", hint)
    return registry


def plugins() -> list[dict[str, Any]]:
    """The installed plugins, their states and what they offer: what ``inrkit plugins --json`` prints.

    Raises:
        PluginError: As :func:`load_registry`.
    """
    from inrkit.discovery.report import as_dicts

    return as_dicts(load_registry())


def reset() -> None:
    """Forget what was found, for tests that install plugins while they run."""
    _registry.cache_clear()


@cache
def _registry(switches: Switches) -> Registry:
    found = find_plugins(switches)
    notes = [f"INRKIT_PLUGINS names {name!r}, which is not installed" for name in unmatched(switches, found)]
    return Registry([load_plugin(plugin) for plugin in found], notes)
