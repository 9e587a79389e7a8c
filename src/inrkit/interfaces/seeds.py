"""Random numbers as a function of what they are for, not of what was drawn before them.

One process and many, a run and its resumption then see the same numbers.
"""

from __future__ import annotations

import hashlib

import torch


def seed_of(*parts: int | str) -> int:
    """A 63-bit seed from e.g. (run seed, "order", epoch); any difference in any part gives an unrelated one."""
    digest = hashlib.blake2b(repr(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


def generator(*parts: int | str) -> torch.Generator:
    """A CPU generator seeded with :func:`seed_of` the parts."""
    return torch.Generator().manual_seed(seed_of(*parts))
