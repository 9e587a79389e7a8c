"""What safetensors files from outside say they hold: names and shapes, before any number is read, and without torch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from inrkit.errors import BadInput

Sizes = Mapping[str, tuple[int, ...]]

UNREADABLE = (OSError, SafetensorError, RuntimeError, MemoryError)
"""What safetensors raises for a damaged file; RuntimeError of one too large to be mapped into memory."""


def header(path: Path) -> Sizes:
    """Name to shape of what a safetensors file holds; it fits the length of the file.

    Raises:
        BadInput: It is missing, cut short, or something else.
    """
    with opened(path, "np") as file:
        return {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118  no dictionary


def count_numbers(path: Path) -> int:
    """How many numbers a safetensors file holds, by its header.

    Raises:
        BadInput: It is missing, cut short, or something else.
    """
    return sum(map(prod, header(path).values()))


@contextmanager
def opened(path: Path, framework: str) -> Iterator[Any]:
    """A safetensors file, for as long as it is read.

    Args:
        framework: What its tensors become, as safetensors names it: "pt" or "np".

    Raises:
        BadInput: It is missing, or what it holds cannot be read.
    """
    try:
        path.open("rb").close()  # safetensors takes whatever cannot be opened for missing
        with safe_open(path, framework) as file:
            yield file
    except UNREADABLE as error:
        raise BadInput(f"{path} cannot be read: {error}", "The file is damaged or not a safetensors file.") from error


def check_shapes(path: Path, found: Sizes, expected: Sizes) -> None:
    """Refuse a file that has not just what is expected.

    Raises:
        BadInput: With the first name that differs.
    """
    wrong = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
    if wrong:
        name = wrong[0]
        raise BadInput(
            f"{path} does not belong to this configuration: {len(wrong)} tensors differ, first {name}: "
            f"{found.get(name, 'missing')} in the file, {expected.get(name, 'none')} in the model",
            "The file is of another run, config.json was edited, or the code of a plugin has changed since.",
        )
