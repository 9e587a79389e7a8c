"""A pydantic model's fields as the flags of a command."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

import typer

from inrkit.errors import PluginError

if TYPE_CHECKING:
    from pydantic import BaseModel

PLAIN = (bool, int, float, str, Path)


def flags_of(model: type[BaseModel], panel: str, defaults: Mapping[str, Any] | None = None) -> list[inspect.Parameter]:
    """A keyword parameter for each field; None means that it was not given, so the model's defaults, or these, hold."""
    from inrkit.options import describe

    parameters = []
    for name, _, default, text in describe(model):
        kind = _kind(model.model_fields[name].annotation)
        flag = ("--" if len(name) > 1 else "-") + name.replace("_", "-")
        names = f"{flag}/--no-{flag[2:]}" if kind is bool else flag
        default = str((defaults or {}).get(name, default)).strip('"')
        shown = False if default in ("none", "required") else default
        option = typer.Option(names, help=sentence(text), rich_help_panel=panel, show_default=shown)
        parameters.append(parameter(name, kind, option))
    return parameters


def parameter(name: str, kind: Any, declared: Any) -> inspect.Parameter:
    """A keyword parameter of a command that may be left out."""
    annotation = Annotated[kind | None, declared]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def given(values: Mapping[str, Any], model: type[BaseModel], section: str) -> dict[str, Any]:
    """Of a command's parameters, those of `model` that were given: ``section.name`` to value."""
    from inrkit.options import parse_assignments

    found: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        value = values.get(name)
        if value is None:
            continue
        if isinstance(value, str) and _kind(field.annotation) is str and not _takes_text(field.annotation):
            found |= parse_assignments([f"{section}.{name}={value}"])
        else:
            found[f"{section}.{name}"] = value
    return found


def check_names(task: str, own: Iterable[str], common: Iterable[str]) -> None:
    """Refuse options that have the name of a flag which all tasks share.

    Raises:
        PluginError: There is one.
    """
    shared = sorted(set(own) & set(common))
    if shared:
        raise PluginError(
            f"task {task!r} has the option {shared[0]!r}, which is a flag of all tasks",
            "Report this to its author: it needs another name.",
        )


def _kind(annotation: Any) -> Any:
    """What typer can read of a field's type; text for the others, which is then read as TOML."""
    if get_origin(annotation) in (Union, UnionType):
        inner = [kind for kind in get_args(annotation) if kind is not NoneType]
        return _kind(inner[0]) if len(inner) == 1 else str
    if get_origin(annotation) is Literal and all(isinstance(choice, str) for choice in get_args(annotation)):
        return annotation
    return annotation if annotation in PLAIN else str


def _takes_text(annotation: Any) -> bool:
    return annotation is str or annotation in [str | None, Any]


def sentence(text: str) -> str:
    """As help shows it."""
    return text[:1].upper() + text[1:] + ("" if not text or text.endswith(".") else ".")
