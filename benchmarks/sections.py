"""Documents whose sections are written one by one, each when it was measured."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path


def put_section(document: Path, section: str, head: str | None = None, order: Sequence[str] = ()) -> None:
    """Write a document anew with this section; the others stay as they are.

    Args:
        section: Begins with "## " and its title.
        head: What stands before all sections; None: what stands there.
        order: Titles of those that come first, as far as they are there; others follow as they stand, new ones last.
    """
    before, *parts = re.split(r"^(?=## )", document.read_text() if document.exists() else "", flags=re.MULTILINE)
    sections = {_title(part): part.rstrip("\n") + "\n" for part in [*parts, section]}
    first = {title: sections[title] for title in order if title in sections}
    head = before.rstrip("\n") + "\n" if head is None else head
    part = document.with_name(f".{document.name}.part")
    part.write_text("\n".join([head, *(first | sections).values()]))
    part.replace(document)


def _title(section: str) -> str:
    return section.partition("\n")[0].removeprefix("## ")
