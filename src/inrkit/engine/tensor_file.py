"""Safetensors files from outside: what they say is compared with what is expected before any number is read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from torch import Tensor, dtype, float32, int64

from inrkit.engine.tensor_header import Sizes, check_shapes, opened
from inrkit.errors import BadInput
from inrkit.interfaces import Tensors


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
    with opened(path, "pt") as file:
        names = list(file.keys())
        if expected is not None:
            check_shapes(path, {name: tuple(file.get_slice(name).get_shape()) for name in names}, expected)
        tensors = {name: file.get_tensor(name) for name in names}
    for name, value in tensors.items():
        if not _is_number(value, name in whole):
            raise BadInput(f"{path} holds values in {name} that are no numbers", "The file is damaged or was edited.")
    return {name: value.to(precision) if value.is_floating_point() else value for name, value in tensors.items()}


def sizes(tensors: Mapping[str, Tensor]) -> Sizes:
    """Name to shape."""
    return {name: tuple(value.shape) for name, value in tensors.items()}


def _is_number(value: Tensor, whole: bool) -> bool:
    return value.dtype == int64 if whole else value.is_floating_point() and bool(value.isfinite().all())
