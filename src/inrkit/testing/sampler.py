"""The contract of a sampler."""

from __future__ import annotations

from typing import Any

import torch

from inrkit.interfaces import Sampler, Tensors
from inrkit.testing.compare import apart, expect_equal, expect_tensors
from inrkit.testing.contract import Options, Subject, seeded, subject_of

CLIPS = 64
SHAPES = {"z": (6,), "frames": (4, 3)}


def check_sampler(sampler: type[Sampler] | str, options: Options = None) -> None:
    """A sampler keeps what its door promises.

    As many latents as are asked for, of every name and shape that it was fitted to; every random number from the
    generator; the latents that it learns from stay as they are.

    Args:
        sampler: The class, or its registered name.
        options: As it is built with; None: the defaults.

    Raises:
        ContractError: It does not.
        InrkitError: It cannot be built: an option is refused, something is not installed.
    """
    subject = subject_of("sampler", sampler, options)
    with seeded():
        latents = {name: torch.randn(CLIPS, *shape) for name, shape in SHAPES.items()}
        fitted = _fitted(subject, latents)
        for n in (1, 5, CLIPS + 3):
            _draws(subject, fitted, n)
        first, again, other = (_drawn(_fitted(subject, latents), seed, stir) for seed, stir in ((1, 1), (1, 2), (2, 1)))
        change = "Draw with generator=generator everywhere, in fit with a generator of a fixed seed."
        expect_equal(subject, again, first, "the same latents from the same generator", change)
        differ = all(apart(other[name], first[name]) > 1e-6 for name in SHAPES)
        subject.expect(differ, "other latents from another seed of the generator", "the same ones", change)
        spread = all(apart(value[:1], value[1:2]) > 1e-6 for value in first.values())
        subject.expect(spread, "n different latents", "equal ones", "Draw each of the n by itself.")


def _fitted(subject: Subject, latents: Tensors) -> Any:
    with subject.trying("Cls(config) to build it", "Its __init__ takes the options alone."):
        made = subject.cls(subject.options)
    before = {name: value.clone() for name, value in latents.items()}
    change = "fit(latents) takes name to (N, *shape), any names and shapes; flatten what you need flat."
    with subject.trying("fit(latents) to work", change):
        made.fit(latents)
    change = "Copy them before writing: value.clone()."
    expect_equal(subject, latents, before, "latents that stay as they were", change, 0.0)
    return made


def _draws(subject: Subject, sampler: Sampler, n: int) -> None:
    change = "sample(n, generator) returns name to (n, *shape), the names and shapes that fit was given."
    with subject.trying(f"sample({n}, generator) to work", change):
        made = sampler.sample(n, torch.Generator().manual_seed(0))
    expect_tensors(subject, "samples", made, {name: (n, *shape) for name, shape in SHAPES.items()}, change)


def _drawn(sampler: Sampler, seed: int, stir: int) -> Tensors:
    """Five samples by a generator of that seed, torch's own being somewhere else."""
    with seeded(stir):
        return sampler.sample(5, torch.Generator().manual_seed(seed))
