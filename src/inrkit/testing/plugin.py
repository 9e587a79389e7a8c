"""Everything that can be found about a plugin before anybody uses it: what ``inrkit plugins check`` prints."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError

from inrkit import declare
from inrkit.discovery import load_registry
from inrkit.discovery.find import GROUP, is_installed
from inrkit.discovery.load import PluginRecord
from inrkit.discovery.registry import BASES, Entry, Registry
from inrkit.errors import BadInput, InrkitError, PluginError, did_you_mean
from inrkit.testing.contract import ContractError
from inrkit.testing.dataset import check_dataset
from inrkit.testing.encoder import check_encoder
from inrkit.testing.hypernetwork import check_hypernetwork
from inrkit.testing.imports import watch_imports
from inrkit.testing.inr import check_inr
from inrkit.testing.method import check_method, preset_options
from inrkit.testing.metric import check_metric
from inrkit.testing.sampler import check_sampler
from inrkit.testing.task import check_task

CHECKS: dict[str, Callable[..., None]] = {
    "method": check_method,
    "encoder": check_encoder,
    "hypernetwork": check_hypernetwork,
    "inr": check_inr,
    "task": check_task,
    "sampler": check_sampler,
    "dataset": check_dataset,
    "metric": check_metric,
}

Values = Mapping[str, Mapping[str, Any]]
"""Name of a component to the options it is checked with."""


@dataclass(frozen=True)
class Finding:
    """What one check came to.

    Attributes:
        thing: "plugin my-siren" or "inr siren".
        check: "declarations", "imports", "options", "contract" or "command".
        state: "wrong" needs a change; "skipped" could not be checked here.
        text, change: What was found, and what to do about it; empty if ok.
    """

    thing: str
    check: str
    state: Literal["ok", "wrong", "skipped"] = "ok"
    text: str = ""
    change: str = ""


def check_plugin(name: str, options: Values | None = None) -> None:
    """An installed plugin, or a one-file plugin, is as it should be.

    Its declarations, targets, base classes and options; what its imports do, in a fresh interpreter; and the contract
    of each thing that it offers, at its default options. What needs a file or a package that is not there is left out.

    Args:
        name: Of the distribution, of the plugin, of its module, or of something that it offers.
        options: Name of something that it offers to the options to check it with.

    Raises:
        ContractError: Something is wrong; it names all of it.
        InrkitError: There is no such plugin.
    """
    wrong = [found for found in findings([name], options) if found.state == "wrong"]
    if wrong:
        lines = "\n".join(f"  {found.thing}, {found.check}: {found.text}. {found.change}" for found in wrong)
        raise ContractError(f"plugin {name!r}", "nothing wrong", f"{len(wrong)}:\n{lines}\n", "")


def findings(words: list[str], options: Values | None = None) -> Iterator[Finding]:
    """Every check of what `words` mean: a plugin, or something that one offers, by its name or its kind and name.

    Raises:
        BadInput: They mean nothing.
    """
    registry = load_registry()
    records, entries = chosen(registry, words)
    for record in records:
        yield from _of_plugin(record)
    for entry in entries:
        yield from _of_thing(registry, entry, (options or {}).get(entry.declaration.name))


def chosen(registry: Registry, words: list[str]) -> tuple[list[PluginRecord], list[Entry]]:
    """The plugins that `words` name, with all they offer; or else what has that name, and the plugins it is of.

    Raises:
        BadInput: They mean nothing.
    """
    kind, name = (words[0], words[1]) if len(words) == 2 and words[0] in BASES else (None, " ".join(words))
    records = [] if kind else [record for record in registry.records if record.is_named(name) or record.module == name]
    if records:
        return records, [entry for record in records for entry in offered(registry, record)]
    entries = [each for each in registry.entries(kind) if name in (each.declaration.name, each.qualified)]
    refused = [each for each in registry.records if any(name == refused for _, refused in each.refused)]
    records = [each for each in registry.records if any(entry in offered(registry, each) for entry in entries)]
    if not entries and not refused:
        raise _unknown(registry, name)
    return records + [each for each in refused if each not in records], entries


def _unknown(registry: Registry, name: str) -> BadInput:
    if is_installed(name):
        hint = "Write [project.entry-points.inrkit] in its pyproject.toml, then install it again."
        return BadInput(f"{name} is installed, but no plugin: it has no entry point of the group {GROUP!r}", hint)
    known = {each.name for each in registry.records} | {each.declaration.name for each in registry.entries()}
    near = did_you_mean(name, known)
    hint = near if near.startswith("Did") else "Install it: pip install -e . in its folder. See: inrkit plugins"
    return BadInput(f"There is no plugin {name!r}, and none offers anything of that name", hint)


def offered(registry: Registry, record: PluginRecord) -> list[Entry]:
    """What a plugin offers."""
    return [entry for entry in registry.entries() if any(entry.declaration is item for item in record.provides)]


def _of_plugin(record: PluginRecord) -> Iterator[Finding]:
    thing = f"plugin {record.name}"
    if record.state == "disabled":
        yield Finding(thing, "declarations", "wrong", record.reason, "Switch it on, then check it again.")
        return
    problems = list(record.problems) or ([record.reason] if record.state in ("broken", "conflict") else [])
    if not problems and not record.provides:
        problems = ["it offers nothing"]
    for problem in problems:
        yield Finding(thing, "declarations", "wrong", problem, _change(record))
    for old in record.deprecated:
        yield Finding(thing, "declarations", "wrong", old, "See docs/compatibility.md for what takes its place.")
    if not problems and not record.deprecated:
        yield Finding(thing, "declarations")
    if not (problems and not record.provides):
        yield from _or_ok(thing, "imports", _of_imports(record))


def _change(record: PluginRecord) -> str:
    """What to do about a plugin that is not as it should be."""
    if record.state in ("ok", "slow"):
        return "Let its entry point name a module, in which @inrkit.hookimpl is above inrkit_inrs or another hook."
    if record.state == "conflict":
        return "Choose another name for what it offers; until then both have to be called by their long names."
    if record.problems:
        return f"Correct it in the module that the entry point names: {record.module}."
    if not record.traceback or f"No module named '{record.module.partition('.')[0]}" in record.reason:
        return "Correct the entry point in its pyproject.toml, then install the plugin again."
    return f"Correct {record.module}, or install what it needs; `inrkit plugins show {record.name}` has the traceback."


def _of_imports(record: PluginRecord) -> Iterator[Finding]:
    for deed in watch_imports(record):
        yield Finding(f"module {deed.module}", "imports", "wrong", deed.text, deed.change)


def _of_thing(registry: Registry, entry: Entry, values: Mapping[str, Any] | None) -> Iterator[Finding]:
    item = entry.declaration
    thing = f"{item.kind} {item.name}"
    target = _attempt(thing, "target", lambda: registry.get(item.kind, entry.qualified))
    yield target
    if isinstance(item, declare.Method) and item.importer:
        yield _attempt(thing, "importer", lambda: registry.importer(entry.qualified))
    yield from _or_ok(thing, "options", _of_options(registry, entry, thing))
    if target.state == "ok":
        yield from _of_contract(registry, entry, thing, values)


def _of_options(registry: Registry, entry: Entry, thing: str) -> Iterator[Finding]:
    """A model whose defaults pass its own checks, and come back from config.json as they were."""
    try:
        model = registry.options(entry.declaration.kind, entry.qualified)
    except InrkitError as error:
        yield _finding(thing, "options", error)
        return
    if any(field.is_required() for field in model.model_fields.values()):
        return
    try:
        made = model()
        again = model.model_validate_json(made.model_dump_json())
    except (ValidationError, ValueError, TypeError) as error:
        text = f"its defaults are refused: {' '.join(str(error).split())}"
        yield Finding(thing, "options", "wrong", text, "Let the defaults pass the model's own checks.")
        return
    if again != made:
        change = "Use numbers, text, paths, lists and dictionaries: a run keeps its options as JSON."
        yield Finding(thing, "options", "wrong", "its defaults come back from JSON as others", change)


def _of_contract(registry: Registry, entry: Entry, thing: str, values: Mapping[str, Any] | None) -> Iterator[Finding]:
    kind, name = entry.declaration.kind, entry.qualified
    yield _attempt(thing, "contract", lambda: CHECKS[kind](name, options=values))
    if isinstance(entry.declaration, declare.Method):
        for preset in entry.declaration.presets:
            yield _attempt(thing, f"contract, preset {preset}", lambda: _check_preset(registry, name, preset))  # noqa: B023


def _check_preset(registry: Registry, name: str, preset: str) -> None:
    check_method(name, options=preset_options(registry.get("method", name), preset))


def _attempt(thing: str, check: str, run: Callable[[], object]) -> Finding:
    """What a check came to."""
    try:
        run()
    except (ContractError, InrkitError) as error:
        return _finding(thing, check, error)
    return Finding(thing, check)


def _finding(thing: str, check: str, error: ContractError | InrkitError) -> Finding:
    if isinstance(error, ContractError):
        return Finding(thing, check, "wrong", f"expected {error.expected}; found {error.found}", error.change)
    state: Literal["wrong", "skipped"] = "wrong" if isinstance(error, PluginError) else "skipped"
    return Finding(thing, check, state, error.message, error.hint)


def _or_ok(thing: str, check: str, found: Iterable[Finding]) -> Iterator[Finding]:
    """What was found, or that nothing was."""
    some = list(found)
    yield from some or [Finding(thing, check)]
