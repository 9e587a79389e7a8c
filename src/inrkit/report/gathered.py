"""What must be known of several parts of an evaluation, each note once."""

from __future__ import annotations

from collections.abc import Iterable


def gathered(notes: Iterable[tuple[str, str]]) -> list[str]:
    """Of (part, note) a line for each note, with the parts that it is of, in the order in which they come."""
    parts: dict[str, list[str]] = {}
    for part, note in notes:
        parts.setdefault(note, []).append(part)
    return [f"{', '.join(dict.fromkeys(names))}: {note}" for note, names in parts.items()]
