"""One plugin, or one thing that a plugin offers, in full: options with types and defaults, presets, tracebacks."""

from __future__ import annotations

from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from inrkit.declare import Method
from inrkit.discovery.load import PluginRecord
from inrkit.discovery.registry import BASES, Entry, Registry
from inrkit.discovery.report import STYLES, as_dict
from inrkit.errors import BadInput, InrkitError, did_you_mean


def look_up(registry: Registry, words: list[str]) -> list[dict[str, Any]]:
    """What `words` mean: a plugin, a distribution, something that one offers (``siren``), or its kind and name.

    A plugin is its :func:`inrkit.discovery.report.as_dict` with a ``traceback`` and its ``things``; a thing has its
    ``options``.

    Raises:
        BadInput: They mean nothing.
        PluginError: They are a kind and a name, and what has that name is broken or disabled.
    """
    if len(words) > 1 and words[0] in BASES:
        return [_thing(registry, registry.find(words[0], words[1]))]
    name = " ".join(words)
    plugins = [_full_plugin(registry, record) for record in registry.records if record.is_named(name)]
    things = [_thing(registry, entry) for entry in registry.entries() if _means(name, entry)]
    listed = [thing for plugin in plugins for thing in plugin["things"]]
    if not plugins and not things:
        known = {record.name for record in registry.records} | {entry.declaration.name for entry in registry.entries()}
        raise BadInput(f"There is no plugin {name!r}, and none offers anything of that name", did_you_mean(name, known))
    return plugins + [thing for thing in things if thing not in listed]


def details(item: dict[str, Any]) -> RenderableType:
    """One item of :func:`look_up`, for people."""
    if "kind" in item:
        return Group(*_thing_lines(item))
    lines: list[RenderableType] = [Text(f"{item['name']} ({item['distribution']} {item['version']})".strip(), "bold")]
    lines.append(Text.assemble((item["state"], STYLES[item["state"]]), f"  {item['reason']}" if item["reason"] else ""))
    if item["traceback"]:
        lines.append(Text(item["traceback"].rstrip(), no_wrap=True, overflow="ignore"))
    for thing in item["things"]:
        lines += [Text(), *_thing_lines(thing)]
    return Group(*lines)


def _full_plugin(registry: Registry, record: PluginRecord) -> dict[str, Any]:
    mine = [entry for entry in registry.entries() if any(entry.declaration is item for item in record.provides)]
    things = [_thing(registry, entry) for entry in mine]
    return {**as_dict(record), "traceback": record.traceback, "things": things}


def _means(name: str, entry: Entry) -> bool:
    return name in (entry.declaration.name, entry.qualified)


def _thing(registry: Registry, entry: Entry) -> dict[str, Any]:
    item = entry.declaration
    thing: dict[str, Any] = {
        "kind": item.kind,
        "name": registry.typed(entry),
        "distribution": entry.distribution,
        "version": entry.version,
        "summary": item.summary,
        "target": item.target,
    }
    if isinstance(item, Method):
        thing["components"] = {"encoder": item.encoder, "hypernetwork": item.hypernetwork, "inr": item.inr}
        thing["presets"] = dict(item.presets)
    try:
        thing["options"] = _options(registry, entry)
    except InrkitError as error:
        thing["error"] = str(error)
    return thing


def _options(registry: Registry, entry: Entry) -> list[dict[str, str]]:
    from inrkit.options import describe

    columns = ("name", "type", "default", "description")
    rows = describe(registry.options(entry.declaration.kind, entry.qualified))
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _thing_lines(thing: dict[str, Any]) -> list[RenderableType]:
    lines: list[RenderableType] = [Text.assemble(f"{thing['kind']} ", (thing["name"], "bold"), f": {thing['summary']}")]
    if "components" in thing:
        lines.append(Text("  with " + ", ".join(f"{kind} {name}" for kind, name in thing["components"].items())))
    if thing.get("presets"):
        lines.append(_grid("Preset", "", [[name, text] for name, text in thing["presets"].items()]))
    if "error" in thing:
        lines.append(Text(f"  {thing['error']}", "red"))
    if thing.get("options"):
        lines.append(_grid("Option", "Type", "Default", "", [list(row.values()) for row in thing["options"]]))
    return lines


def _grid(*headers_and_rows: Any) -> Table:
    *headers, rows = headers_and_rows
    made = Table(*headers, box=None, padding=(0, 2))
    for row in rows:
        made.add_row(*row)
    return made
