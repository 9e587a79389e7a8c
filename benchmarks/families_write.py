"""A section for each part, its tables made from what was measured: docs/families.md, and docs/results.md."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

from sections import put_section

HEAD = """# Families

What each family of plugins reaches in the same time, and what becomes of their parts put together otherwise. Written by
`make families` with folders of videos; no number here is typed by hand. What diverse videos do to a space stands in
[Results](results.md).

PSNR in dB of uint8 frames, means over clips. Each training has one thread, and as many steps as fit the seconds that
its part has, by short trainings before. These are seconds of a processor: on a busy machine more of them pass. Clips
have 25 frames. One seed: a few tenths of a dB mean nothing.
A part that has no section below (families, mixes) is not measured yet.
"""

TITLES = {"bars": "Each family by itself", "mixes": "Mixes", "diverse": "Diverse videos"}


def paragraph(*sentences: str) -> str:
    """Sentences as lines of the width that the other pages have."""
    return textwrap.fill(" ".join(sentences), 120, break_on_hyphens=False, break_long_words=False)


def write(document: Path, part: str, lines: Sequence[str], machines: Sequence[str]) -> Path:
    """Put the section of a part in its place, and say where: diverse videos are in results.md, beside the document."""
    section = "\n".join([f"## {TITLES[part]}", "", *lines, "", f"Measured on {'; and on '.join(machines)}.", ""])
    if part == "diverse":
        document = document.with_name("results.md")
        put_section(document, section)
    else:
        put_section(document, section, HEAD, list(TITLES.values()))
    return document
