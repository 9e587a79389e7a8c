"""HTML made by functions, so that whatever is no HTML yet is escaped: names of clips and options come from outside."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any
from unicodedata import category

ALONE = frozenset({"img", "input", "source"})
"""Elements without an end tag."""


class Html(str):
    """Text that is HTML already."""


def text(value: Any) -> Html:
    """`value` as HTML that shows it; HTML stays as it is. Characters that no page may hold become "�"."""
    if isinstance(value, Html):
        return value
    shown = "".join(c if category(c) not in ("Cc", "Cs") or c in "\n\t" else "\ufffd" for c in str(value))
    return Html(escape(shown, quote=True))


def tag(name: str, *children: Any, **attributes: Any) -> Html:
    """An element. Children that are None are left out, and so are attributes that are None or False.

    >>> tag("a", "1 < 2", href="#x", class_="big")
    '<a href="#x" class="big">1 &lt; 2</a>'
    """
    given = "".join(_attribute(key, value) for key, value in attributes.items() if value is not None)
    begin = f"<{name}{given}>"
    return Html(begin if name in ALONE else f"{begin}{joined(children)}</{name}>")


def joined(parts: Iterable[Any]) -> Html:
    """One after another, without those that are None."""
    return Html("".join(text(part) for part in parts if part is not None))


def _attribute(key: str, value: Any) -> str:
    name = key.rstrip("_").replace("_", "-")
    if value is True or value is False:
        return f" {name}" if value else ""
    return f' {name}="{text(value)}"'
