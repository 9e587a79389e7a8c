"""The order people expect of names: 2.png before 10.png."""

from __future__ import annotations

import re


def natural(name: str) -> tuple[list[str | int], str]:
    """Key to sort by. Splitting at runs of digits alternates text and number, so that keys can be compared."""
    parts = re.split(r"([0-9]{1,18})", name.lower())
    return [int(part) if index % 2 else part for index, part in enumerate(parts)], name
