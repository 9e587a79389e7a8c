"""What there is, for people (rich tables) and for programs (plain dictionaries)."""

from __future__ import annotations

from typing import Any

from rich.table import Table
from rich.text import Text

from inrkit.discovery.find import same_name
from inrkit.discovery.load import PluginRecord
from inrkit.discovery.registry import BASES, Registry

STYLES = {"ok": "green", "slow": "yellow", "disabled": "dim", "broken": "red", "conflict": "red"}


def warnings(registry: Registry) -> list[str]:
    """What every command says about plugins before it starts, one line each."""
    broken = [record for record in registry.records if record.state == "broken"]
    lines = [f"plugin {record} is broken: {record.reason}; see: inrkit plugins show {record.name}" for record in broken]
    return [*registry.notes, *lines]


def as_dicts(registry: Registry) -> list[dict[str, Any]]:
    """One dictionary for each plugin, ready for JSON."""
    return [as_dict(record) for record in registry.records]


def table(registry: Registry) -> Table:
    """One row for each plugin."""
    made = Table("Plugin", "Version", "State", "Import", "Offers", box=None, pad_edge=False)
    made.columns[0].overflow = "fold"  # a name is copied from here, so none is cut short
    for record in registry.records:
        offers = _offers(record)
        offers = "\n".join(line for line in (offers, record.reason, *map(_old, record.deprecated)) if line)
        name = record.name if same_name(record.name, record.distribution) else f"{record.name} ({record.distribution})"
        state, time = Text(record.state, STYLES[record.state]), f"{record.milliseconds:.0f} ms"
        made.add_row(name, record.version or "-", state, time, offers)
    return made


def as_dict(record: PluginRecord) -> dict[str, Any]:
    """One plugin, ready for JSON."""
    return {
        "name": record.name,
        "distribution": record.distribution,
        "version": record.version,
        "state": record.state,
        "reason": record.reason,
        "milliseconds": record.milliseconds,
        "deprecated": list(record.deprecated),
        "provides": [{"kind": item.kind, "name": item.name, "summary": item.summary} for item in record.provides],
    }


def _old(text: str) -> str:
    return f"deprecated: {text}"


def _offers(record: PluginRecord) -> str:
    kinds = {kind: [item.name for item in record.provides if item.kind == kind] for kind in BASES}
    return "\n".join(f"{kind}: {', '.join(names)}" for kind, names in kinds.items() if names)
