"""Templates to files: what stands for a name is replaced by it."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path
from string import Template

from inrkit.discovery.find import CORE
from inrkit.errors import BadInput
from inrkit.templates.kinds import KINDS
from inrkit.templates.names import Names

FOLDER = Path(__file__).parent
SUFFIX = ".template"
"""Of all template files: so nothing takes them for the modules that they will be."""


def fill(names: Names, kind: str) -> dict[str, str]:
    """The files of a new distribution: path to content.

    A file that is both in `common` and in the folder of the kind begins with what the kind says.

    Raises:
        BadInput: The class would have the name of something else in its module.
    """
    texts: dict[str, str] = {}
    for folder in (FOLDER / kind, FOLDER / "common"):
        for file in sorted(folder.rglob(f"*{SUFFIX}")):
            path = file.relative_to(folder).as_posix().removesuffix(SUFFIX)
            texts[path] = texts.get(path, "") + file.read_text("utf-8")
    _refuse_clash(names, texts)
    words = _words(names, kind)
    return {path.replace("package", names.package): Template(text).substitute(words) for path, text in texts.items()}


def _refuse_clash(names: Names, texts: dict[str, str]) -> None:
    """Templates import ``Tensor``, for one; a component named ``tensor`` would be a second one."""
    own = {names.class_name, f"{names.class_name}Options"}
    python = (text for path, text in texts.items() if path.endswith(".py"))
    if clash := own & set(re.findall(r"\w+", " ".join(python))):
        what = f"{names.distribution!r} would have the class {clash.pop()}, which is something else in its module"
        raise BadInput(what, "Choose another name.")


def _words(names: Names, kind: str) -> dict[str, str]:
    bounds = _bounds(version(CORE))
    needs = [f'"{name}{bounds}"' for name in (CORE, *KINDS[kind].needs)]
    return {
        "distribution": names.distribution,
        "name": names.name,
        "package": names.package,
        "class": names.class_name,
        "kind": kind,
        "kind_of_thing": KINDS[kind].title,
        "dependencies": ", ".join(needs),
    }


def _bounds(version: str) -> str:
    """The versions that a plugin written for `version` works with: up to the next that may break it.

    >>> _bounds("0.1.0"), _bounds("2.3.1")
    ('>=0.1,<0.2', '>=2.3,<3')
    """
    major, minor = map(int, re.findall(r"\d+", version)[:2])
    return f">={major}.{minor},<{major + 1}" if major else f">=0.{minor},<0.{minor + 1}"
