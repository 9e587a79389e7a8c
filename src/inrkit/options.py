"""Typed options from a file, the environment and the command line, checked by pydantic models.

Options live in sections, one model each: ``train.steps``, ``method.lr``. Every source is first read into a flat
dictionary of dotted keys; :func:`resolve` lays them over each other and over the models' defaults.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo

from inrkit.errors import BadInput, did_you_mean


class NoOptions(BaseModel):
    """The options of what has none."""

    model_config = ConfigDict(extra="forbid")


def parse_assignments(assignments: Iterable[str]) -> dict[str, Any]:
    """``["method.lr=1e-4", "name=siren"]`` to ``{"method.lr": 0.0001, "name": "siren"}``.

    Raises:
        BadInput: One has no ``=``, no key, or a line break.
    """
    values = {}
    for text in assignments:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise BadInput(f"{text!r} is no option", "Write key=value, for example method.lr=1e-4.")
        values[key.strip()] = _parse(value.strip(), key.strip())
    return values


def environment_options(environ: Mapping[str, str], sections: Iterable[str] | None = None) -> dict[str, Any]:
    """``INRKIT_TRAIN__STEPS=100`` to ``{"train.steps": 100}``: two underscores separate section and key.

    Args:
        environ: ``os.environ``, as a rule.
        sections: Those that the command has. A variable set for another command is then no error, but left out.
    """
    known = None if sections is None else {_normal(section) for section in sections}
    values = {}
    for variable, text in environ.items():
        section, separator, key = variable.removeprefix("INRKIT_").lower().partition("__")
        if variable.startswith("INRKIT_") and section and separator and (known is None or section in known):
            values[f"{section}.{key.replace('__', '.')}"] = _parse(text.strip(), variable)
    return values


def read_toml(path: str | Path) -> dict[str, Any]:
    """The file's values with its tables flattened: ``[train] steps = 5`` is ``{"train.steps": 5}``.

    Raises:
        BadInput: It cannot be read, or is not TOML.
    """
    try:
        with Path(path).open("rb") as file:
            return dict(_flat(tomllib.load(file)))
    except OSError as error:
        raise BadInput(f"Cannot read {str(path)!r}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"{str(path)!r} is not TOML: {error}", "Mend that place; text stands in quotes.") from error


def resolve(models: Mapping[str, type[BaseModel]], *layers: Mapping[str, Any]) -> dict[str, BaseModel]:
    """One checked model for each section.

    Args:
        models: Section to its model.
        layers: Flat dictionaries, of which later ones win. A key is ``section.key``, or ``key`` alone if one section
            has it, or if ``method`` has it. More dots reach into a value that is itself a dictionary.

    Raises:
        BadInput: A key is unknown or means several things, or values are refused. All refused values are named.
    """
    values: dict[str, dict[str, Any]] = {section: {} for section in models}
    for layer in layers:
        for key, value in layer.items():
            section, field, rest = _locate(models, key)
            _assign(values[section], [field, *rest], value)
    return _validated(models, values)


def describe(model: type[BaseModel]) -> list[tuple[str, str, str, str]]:
    """(name, type, default, description) of each option, as text for tables."""
    return [
        (name, _type_text(field.annotation), _default_text(field), field.description or "")
        for name, field in model.model_fields.items()
    ]


def _parse(text: str, key: str) -> Any:
    """A value written as in TOML; a bare word is a string. A line break could bring in more TOML: refused."""
    if "\n" in text or "\r" in text:
        raise BadInput(f"The value of {key!r} has a line break", "Give it on one line.")
    if "#" in text and text[0] not in "\"'[{":
        return text  # for TOML, a comment would begin there
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except (tomllib.TOMLDecodeError, RecursionError):
        return text
    return value if isinstance(value, str | int | float | list | dict) else text  # dates stay text, as in JSON


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _normal(name: str) -> str:
    return name.strip().replace("-", "_")


def _locate(models: Mapping[str, type[BaseModel]], key: str) -> tuple[str, str, list[str]]:
    """The section, the field, and what of `key` goes on into the field's value."""
    first, *rest = key.split(".")
    first, second = _normal(first), _normal(rest[0]) if rest else ""
    for section, model in models.items():
        if _normal(section) == first and second in model.model_fields:
            return section, second, rest[1:]
    owners = [section for section, model in models.items() if first in model.model_fields]
    if len(owners) == 1 or "method" in owners:
        return ("method" if "method" in owners else owners[0]), first, rest
    if owners:
        ways = " or ".join(f"{section}.{first}" for section in owners)
        raise BadInput(f"Option {key!r} means several things", f"Say which one: {ways}.")
    known = [f"{section}.{field}" for section, model in models.items() for field in model.model_fields]
    raise BadInput(f"There is no option {key!r}", _near(_normal(key), known))


def _near(key: str, known: list[str]) -> str:
    """A bare key is compared with bare keys, so that ``stesp`` finds ``train.steps``."""
    short = {name.partition(".")[2]: name for name in known}
    return did_you_mean(key, known if "." in key else short) if known else "There are none."


def _assign(values: dict[str, Any], path: list[str], value: Any) -> None:
    *outer, last = path
    for name in outer:
        inner = values.get(name)
        values[name] = dict(inner) if isinstance(inner, dict) else {}  # a copy: layers belong to the caller
        values = values[name]
    values[last] = value


def _validated(models: Mapping[str, type[BaseModel]], values: Mapping[str, Any]) -> dict[str, BaseModel]:
    made: dict[str, BaseModel] = {}
    refused: list[str] = []
    hint = ""
    for section, model in models.items():
        try:
            made[section] = model.model_validate(values[section])
        except ValidationError as error:
            details: list[dict[str, Any]] = [dict(detail) for detail in error.errors(include_url=False)]
            refused += [_refusal(section, detail) for detail in details]
            hint = hint or _wanted(section, model, str(details[0]["loc"][0]) if details[0]["loc"] else "")
    if refused:
        raise BadInput("; ".join(refused), hint)
    return made


def _refusal(section: str, detail: dict[str, Any]) -> str:
    key = ".".join(str(part) for part in (section, *detail["loc"]))
    got = f" (got {detail['input']!r:.80})" if detail["loc"] and detail["type"] != "missing" else ""
    return f"{key}: {detail['msg'].removeprefix('Value error, ')}{got}"


def _wanted(section: str, model: type[BaseModel], name: str) -> str:
    """What the option that was refused takes instead."""
    for known, kind, default, text in describe(model):
        if known == name:
            said = f": {text.rstrip(chr(46))}" if text else ""
            return f"{section}.{name} takes {kind}{said} (default: {default}). The command's --help lists all options."
    return "The command's --help lists all options."


def _type_text(annotation: Any) -> str:
    if annotation is None or annotation is NoneType:
        return "none"
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " | ".join(str(choice) for choice in arguments)
    if origin in (Union, UnionType):
        return " | ".join(_type_text(argument) for argument in arguments)
    if origin is None:
        return getattr(annotation, "__name__", str(annotation))
    inner = ", ".join("..." if argument is Ellipsis else _type_text(argument) for argument in arguments)
    return f"{getattr(origin, '__name__', str(origin))}[{inner}]"


def _default_text(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json")
    if value is None:
        return "none"
    return value if isinstance(value, str) else json.dumps(value, default=str)
