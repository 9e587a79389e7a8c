"""What a plugin's hooks return, and what is wrong with it."""

from __future__ import annotations

import difflib
import inspect
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

import pluggy

from inrkit import declare, hookspecs

HOOKS: dict[str, type[declare.Declaration]] = {f"inrkit_{kind.kind}s": kind for kind in declare.KINDS}

NO_ARGUMENTS: Mapping[str, object] = MappingProxyType({})

_NAME = re.compile(r"[a-z][a-z0-9-]*")
_TARGET = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*")


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a plugin. `kind` and `name` say of which declaration, if it is one's."""

    text: str
    kind: str = ""
    name: str = ""


@dataclass(frozen=True)
class Offer:
    """The declarations of a plugin that can be used, what is wrong with the rest, and what will stop working."""

    declarations: tuple[declare.Declaration, ...]
    problems: tuple[Problem, ...]
    deprecated: tuple[str, ...] = ()


def collect(plugin: object, specs: Any = hookspecs, arguments: Mapping[str, object] = NO_ARGUMENTS) -> Offer:
    """Call the hooks of one `plugin` (a module, mostly) and check what they return.

    Args:
        plugin: Has the hooks.
        specs: Has the specifications. One marked ``warn_on_impl`` or ``warn_on_impl_args`` is deprecated.
        arguments: What hooks may ask for by naming an argument; today nothing.

    Raises:
        Exception: Whatever the plugin's own code raises, or pluggy, if a hook takes arguments.
    """
    # Each plugin has a manager of its own: pluggy undoes nothing when a registration fails half-way.
    manager = pluggy.PluginManager("inrkit")
    manager.add_hookspecs(specs)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        manager.register(plugin)
    declarations: dict[tuple[str, str], declare.Declaration] = {}
    problems = [*_misspelt(manager, plugin), *_unmarked(plugin)]
    for item in _returned(manager, arguments):
        if isinstance(item, Problem):
            problems.append(item)
        elif wrong := _wrong_with(item) or ("it is declared twice" if (item.kind, item.name) in declarations else ""):
            problems.append(Problem(f"{item.kind} {item.name!r}: {wrong}", item.kind, str(item.name)))
        else:
            declarations[item.kind, item.name] = item
    deprecated = tuple(dict.fromkeys(str(warning.message) for warning in caught))
    return Offer(tuple(declarations.values()), tuple(problems), deprecated)


def _misspelt(manager: pluggy.PluginManager, plugin: object) -> Iterator[Problem]:
    """Functions marked as hooks that are none: pluggy itself would never call them, and say nothing."""
    for caller in manager.get_hookcallers(plugin) or ():
        if not caller.has_spec():
            near = difflib.get_close_matches(caller.name, HOOKS, n=1, cutoff=0.0)[0]
            yield Problem(f"there is no hook {caller.name!r}: did you mean {near!r}?")


def _unmarked(plugin: object) -> Iterator[Problem]:
    """Functions named as hooks whose mark was forgotten."""
    for name in HOOKS:
        function = getattr(plugin, name, None)
        if inspect.isroutine(function) and not hasattr(function, "inrkit_impl"):
            yield Problem(f"{name} is not marked: put @inrkit.hookimpl above it")


def _returned(
    manager: pluggy.PluginManager, arguments: Mapping[str, object]
) -> Iterator[declare.Declaration | Problem]:
    """What the hooks return, one by one, if it is of the kind that they are for."""
    for hook, expected in HOOKS.items():
        caller = getattr(manager.hook, hook)
        if not caller.get_hookimpls():
            continue
        returned = (caller(**arguments) or [None])[0]  # pluggy leaves a returned None out of its list
        if isinstance(returned, str) or not isinstance(returned, Iterable):
            yield Problem(f"{hook} returned {_named(returned)}: return a list of inrkit.declare.{expected.__name__}")
            continue
        for item in returned:
            right = isinstance(item, expected)
            yield item if right else Problem(f"{hook} offers {_named(item)}, not inrkit.declare.{expected.__name__}")


def _named(value: object) -> str:
    return "None" if value is None else f"a value of type {type(value).__name__!r}"


def _wrong_with(item: declare.Declaration) -> str:
    """What is wrong with a declaration; empty if nothing is."""
    if not isinstance(item.name, str) or not _NAME.fullmatch(item.name):
        return "a name is lower case letters, digits and dashes, beginning with a letter"
    if wrong := _wrong_api(item.api):
        return wrong
    for field in fields(item):
        if wrong := _wrong_field(field.name, getattr(item, field.name)):
            return wrong
    return ""


def _wrong_api(api: object) -> str:
    """Whether this inrkit serves one of the versions that a declaration was made for."""
    versions = api if isinstance(api, tuple) else (api, api)
    if len(versions) != 2 or any(type(version) is not int for version in versions) or versions[0] > versions[1]:
        return f"api is {api!r}: write the version it was made for, or the first and the last, as in (1, 2)"
    first, last = versions
    if first <= declare.API and last >= declare.OLDEST_API:
        return ""
    upgrade = "inrkit" if first > declare.API else "the plugin"
    offered = _from_to(declare.OLDEST_API, declare.API)
    return f"it is made for API {_from_to(first, last)}, this inrkit offers {offered}: upgrade {upgrade}"


def _from_to(first: int, last: int) -> str:
    return str(first) if first == last else f"{first} to {last}"


def _wrong_field(name: str, value: Any) -> str:
    if name in ("api", "needs_run"):
        return ""
    if name == "presets":
        right = isinstance(value, Mapping) and all(isinstance(text, str) for pair in value.items() for text in pair)
        return "" if right else "presets is a dictionary: name to one-line summary"
    if name in ("options", "importer") and value is None:
        return ""
    if name in ("target", "options", "importer"):
        right = isinstance(value, str) and _TARGET.fullmatch(value) is not None
        return "" if right else f'{name} is {value!r}: write "package.module:Name"'
    return "" if isinstance(value, str) else f"{name} is {_named(value)}, not text"
