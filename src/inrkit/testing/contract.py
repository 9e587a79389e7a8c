"""What is checked, and what is said when it breaks its contract."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import torch
from pydantic import BaseModel

from inrkit import interfaces
from inrkit.discovery import load_registry
from inrkit.discovery.load import because
from inrkit.discovery.registry import BASES, Entry
from inrkit.errors import InrkitError
from inrkit.options import NoOptions, resolve

Options = BaseModel | type[BaseModel] | Mapping[str, Any] | object | None
"""Checked options, a dictionary of values, the model itself for its defaults, or None for those of the declaration."""


class ContractError(AssertionError):
    """Something that a plugin offers does not keep what its door promises.

    Attributes:
        thing: What was checked.
        expected, found: In plain words.
        change: What its author can do about it.
    """

    def __init__(self, thing: object, expected: str, found: str, change: str) -> None:
        self.thing, self.expected, self.found, self.change = str(thing), expected, found, change
        super().__init__(f"{thing}: expected {expected}; found {found}. {change}")


BUILT = "Correct its __init__: it takes (config, spec), and calls super().__init__() before anything else."
"""What to do where a component cannot be built."""


@dataclass(frozen=True)
class Subject:
    """A class that is being checked.

    Attributes:
        kind: "inr", "encoder" and so on.
        name: As it was given.
        cls, options: What it is built from.
        entry: Its declaration, if it is installed.
    """

    kind: str
    name: str
    cls: type[Any]
    options: Any
    entry: Entry | None

    def __str__(self) -> str:
        return f"{self.kind} {self.name!r}"

    def expect(self, kept: bool, expected: str, found: object, change: str) -> None:
        """Raise unless the promise is `kept`."""
        if not kept:
            self.fail(expected, str(found), change)

    def fail(self, expected: str, found: str, change: str) -> NoReturn:
        """Raise."""
        raise ContractError(self, expected, found, change)

    @contextmanager
    def trying(self, expected: str, change: str) -> Iterator[None]:
        """Whatever is raised here breaks the contract, but for an error of inrkit's, which says itself what is missing.

        Raises:
            ContractError: Something was raised.
            InrkitError: That was one.
        """
        try:
            yield
        except (ContractError, InrkitError):
            raise
        except Exception as error:  # the border: it is shown as what was found
            if isinstance(error, ImportError):
                change = "Install what it needs, and let the plugin's pyproject.toml name it."
            raise ContractError(self, expected, f"{because(error)}{self._place(error)}", change) from error

    def _place(self, error: Exception) -> str:
        """Where in the author's own code it was raised."""
        home = Path(getattr(sys.modules.get(self.cls.__module__), "__file__", None) or "nowhere").parent
        own = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).parent == home]
        return f" ({Path(own[-1].filename).name}, line {own[-1].lineno})" if own else ""


def subject_of(kind: str, thing: type[Any] | str, options: Options = None) -> Subject:
    """The class and the options that a check was given.

    Raises:
        InrkitError: Nothing installed has the name, or it is broken, or the options are refused.
        ContractError: The class is not derived from the base class of its kind.
    """
    registry = load_registry()
    if isinstance(thing, str):
        entry: Entry | None = registry.find(kind, thing)
        cls = registry.get(kind, thing)
    else:
        cls = thing
        target = f"{cls.__module__}:{cls.__qualname__}"
        entry = next((each for each in registry.entries(kind) if each.declaration.target == target), None)
    model = registry.options(kind, entry.qualified) if entry else None
    name = entry.declaration.name if entry else cls.__name__
    subject = Subject(kind, name, cls, _settled(kind, options, model), entry)
    base = getattr(interfaces, BASES[kind])
    right = isinstance(cls, type) and issubclass(cls, base)
    subject.expect(right, f"a class derived from inrkit.{base.__name__}", repr(cls), f"Derive it from {base.__name__}.")
    return subject


def _settled(kind: str, options: Options, model: type[BaseModel] | None) -> Any:
    if isinstance(options, type) and issubclass(options, BaseModel):
        model, options = options, None
    if model is None:
        return NoOptions() if options is None else options
    if options is None or isinstance(options, Mapping):
        return resolve({kind: model}, {f"{kind}.{key}": value for key, value in (options or {}).items()})[kind]
    return options


@contextmanager
def seeded(seed: int = 0) -> Iterator[None]:
    """Draw from torch's generator as if seeded by `seed`, and leave it as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield
