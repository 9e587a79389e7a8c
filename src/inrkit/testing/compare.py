"""How far tensors are apart, and what is said of it."""

from __future__ import annotations

import torch
from torch import Tensor

from inrkit.interfaces import Tensors
from inrkit.testing.contract import Subject


def apart(one: Tensor, other: Tensor) -> float:
    """The largest difference, relative to the largest value; infinite where shapes differ or one is not finite."""
    if one.shape != other.shape:
        return float("inf")
    one, other = one.detach().double(), other.detach().double()
    if not (one.isfinite().all() and other.isfinite().all()):
        return 0.0 if torch.equal(one, other) else float("inf")
    if not one.numel():
        return 0.0
    return float((one - other).abs().max() / torch.maximum(one.abs().max(), other.abs().max()).clamp_min(1e-12))


def expect_equal(
    subject: Subject, made: Tensors, wanted: Tensors, expected: str, change: str, tolerance: float = 1e-4
) -> None:
    """Each of `made` is that of `wanted`, up to rounding."""
    for name, value in wanted.items():
        error = apart(made[name], value)
        found = f"{name!r} differs by {100 * error:.2g} % of its largest value"
        subject.expect(error <= tolerance, expected, found, change)


def expect_tensors(
    subject: Subject, what: str, made: object, shapes: dict[str, tuple[int, ...]], change: str, dtype: bool = True
) -> None:
    """`made` is a dictionary with exactly these names and shapes, finite, and float32 if `dtype`."""
    found = f"a value of type {type(made).__name__!r}"
    subject.expect(isinstance(made, dict), f"{what}: a dictionary, name to tensor", found, change)
    assert isinstance(made, dict)
    subject.expect(set(made) == set(shapes), f"{what}: the names {sorted(shapes)}", sorted(map(str, made)), change)
    for name, shape in shapes.items():
        expect_tensor(subject, f"{what} {name!r}", made[name], shape, change, dtype)


def expect_tensor(
    subject: Subject, what: str, made: object, shape: tuple[int, ...], change: str, dtype: bool = True
) -> None:
    """`made` is a finite tensor of the shape, and float32 if `dtype`."""
    found = f"a value of type {type(made).__name__!r}"
    subject.expect(isinstance(made, Tensor), f"{what}: a tensor", found, change)
    assert isinstance(made, Tensor)
    subject.expect(tuple(made.shape) == shape, f"{what}: the shape {shape}", tuple(made.shape), change)
    if dtype:
        subject.expect(made.dtype == torch.float32, f"{what}: float32", made.dtype, "Compute and return float32.")
    finite = bool(made.isfinite().all())
    subject.expect(finite, f"{what}: finite numbers", "NaN or infinity", "Look for a division by 0, or a log of 0.")


def rows_of(tensors: Tensors, i: int) -> Tensors:
    """Row `i` alone, as a batch of one."""
    return {name: value[i : i + 1] for name, value in tensors.items()}
