"""What an INR is best set to: its own distribution's method knows, whoever uses it."""

from __future__ import annotations

from typing import Any

from inrkit import declare
from inrkit.discovery import load_registry
from inrkit.interfaces import Method, Situation


def own_settings(inr: str, situation: Situation) -> dict[str, Any]:
    """What the method that an INR comes with sets for it by default: ``"inr.key"`` to value; {} if there is none."""
    registry = load_registry()
    entry = registry.find("inr", inr)
    for each in registry.entries("method"):
        method = each.declaration
        assert isinstance(method, declare.Method)
        if each.distribution == entry.distribution and method.inr == entry.declaration.name and method.presets:
            cls: type[Method] = registry.get("method", each.qualified)
            settings = cls.preset(next(iter(method.presets)), situation)
            return {key: value for key, value in settings.items() if key.startswith("inr.")}
    return {}
