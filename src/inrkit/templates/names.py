"""The names that a new plugin gets, all made of the one its author chose."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection
from dataclasses import dataclass
from importlib.util import find_spec
from keyword import iskeyword

from inrkit.discovery import load_registry
from inrkit.discovery.find import CORE
from inrkit.errors import BadInput

_VALID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Names:
    """What a new plugin is called, and where.

    Args:
        distribution: On package indexes: ``inrkit-siren``.
        name: What users of inrkit type: ``siren``, the distribution's without ``inrkit-``.
        package: In imports: ``inrkit_siren``.
        class_name: Of the component: ``Siren``.
    """

    distribution: str
    name: str
    package: str
    class_name: str


def names_of(chosen: str) -> Names:
    """The names made of `chosen`.

    Raises:
        BadInput: It cannot be the name of a distribution, a package and a component.
    """
    if not _VALID.fullmatch(chosen):
        near = re.sub(r"[^a-z0-9]+", "-", chosen.lower()).strip("-")
        hint = f"Try {near!r}." if _VALID.fullmatch(near) else "For example 'my-siren'."
        raise BadInput(
            f"{chosen!r} is no name for a plugin: lower case letters, digits and single dashes, a letter first", hint
        )
    name = chosen.removeprefix(f"{CORE}-")
    if not _VALID.fullmatch(name):
        raise BadInput(f"{chosen!r} is no name for a plugin: after 'inrkit-' comes a letter", "Try 'inrkit-my-siren'.")
    class_name = "".join(word.capitalize() for word in name.split("-"))
    return Names(chosen, name, chosen.replace("-", "_"), class_name)


def refuse_taken(names: Names, kind: str, commands: Collection[str]) -> None:
    """Refuse names that already mean something else.

    Args:
        commands: inrkit's own; the name of a task must be none of them.

    Raises:
        BadInput: The package hides, or is hidden by, another; or something installed has the name.
    """
    hint = "Choose another name."
    package = names.package
    if iskeyword(package) or package in sys.stdlib_module_names or find_spec(package):
        what = "a word of Python itself" if iskeyword(package) else "a module that Python finds already"
        raise BadInput(f"{names.distribution!r} would be the package {package!r}, {what}", hint)
    if kind == "task" and names.name in commands:
        raise BadInput(f"'inrkit {names.name}' is a command of inrkit: no task can have that name", hint)
    for record in load_registry().records:
        if record.is_named(names.distribution) or record.is_named(names.name):
            raise BadInput(f"there is a plugin {record} already", hint)
    for entry in load_registry().entries(kind):
        if entry.declaration.name == names.name:
            raise BadInput(
                f"{kind} {names.name!r} is there already, in {entry.distribution} {entry.version}".rstrip(), hint
            )
