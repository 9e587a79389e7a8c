"""Amounts as people read them."""

from __future__ import annotations


def megabytes(count: int) -> str:
    """A number of bytes."""
    return f"{count / 1e6:.0f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"


def duration(seconds: float, digits: int = 1) -> str:
    """A time; `digits` after the point of minutes."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.{digits}f} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"
