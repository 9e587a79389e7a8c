"""Safetensors files from outside: what they say is compared with what is expected before any number is read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from torch import Tensor, dtype, float32, int64

from inrkit.errors import BadInput
from inrkit.interfaces import Tensors

Sizes = Mapping[str, tuple[int, ...]]

UNREADABLE = (OSError, SafetensorError, RuntimeError, MemoryError)
"""What safetensors raises for a damaged file; RuntimeError of one too large to be mapped into memory."""


def read_tensors(
    path: Path, expected: Sizes | None = None, whole: Collection[str] = (), precision: dtype = float32
) -> Tensors:
    """The tensors of a safetensors file, floating point ones in `precision`.

    Args:
        expected: Every name and its shape; None takes what there is.
        whole: Names of int64 tensors; all others hold floating point numbers.

    Raises:
        BadInput: It is missing, cut short, something else, of other shapes, or holds what is no number.
    """
    with _opened(path) as file:
        names = list(file.keys())
        if expected is not None:
            check_shapes(path, {name: tuple(file.get_slice(name).get_shape()) for name in names}, expected)
        tensors = {name: file.get_tensor(name) for name in names}
    for name, value in tensors.items():
        if not _is_number(value, name in whole):
            raise BadInput(f"{path} holds values in {name} that are no numbers", "The file is damaged or was edited.")
    return {name: value.to(precision) if value.is_floating_point() else value for name, value in tensors.items()}


def count_numbers(path: Path) -> int:
    """How many numbers a safetensors file holds, by its header, which fits its length.

    Raises:
        BadInput: It is missing, cut short, or something else.
    """
    with _opened(path) as file:
        return sum(prod(file.get_slice(name).get_shape()) for name in file.keys())  # noqa: SIM118 - no dictionary


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        path.open("rb").close()  # safetensors takes whatever cannot be opened for missing
        with safe_open(path, "pt") as file:
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
            "The file is of another run, or config.json was edited.",
        )


def sizes(tensors: Mapping[str, Tensor]) -> Sizes:
    """Name to shape."""
    return {name: tuple(value.shape) for name, value in tensors.items()}


def _is_number(value: Tensor, whole: bool) -> bool:
    return value.dtype == int64 if whole else value.is_floating_point() and bool(value.isfinite().all())
