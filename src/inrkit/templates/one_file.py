"""The modules of a component joined into one."""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping

from inrkit.templates.kinds import KINDS
from inrkit.templates.names import Names

TOP = '''"""{title} for inrkit, in one file.

It needs no installation; in its folder: INRKIT_PLUGIN_MODULES={package} inrkit plugins check {package}
"""

from __future__ import annotations
'''

LAZY = "  # imported when it is used, and not before"
"""What is said of targets, and is not true of one file."""


def one_file(files: Mapping[str, str], names: Names, kind: str) -> str:
    """The module in place of the package in `files`, path to content: options, component, and what is offered."""
    package = names.package
    parts = [files[f"src/{package}/{name}.py"] for name in ("options", kind, "plugin")]
    top = TOP.format(title=KINDS[kind].title, package=package)
    bodies = "\n\n\n".join(map(_body, parts)).replace(LAZY, "")
    for module in ("options", kind):
        bodies = bodies.replace(f'"{package}.{module}:', f'"{package}:')
    return "\n".join((top, *_imports(parts, package), "", bodies)) + "\n"


def _body(part: str) -> str:
    """What follows the imports of a module."""
    last = max(node.end_lineno or 0 for node in _import_nodes(part))
    return "\n".join(part.splitlines()[last:]).strip()


def _imports(parts: list[str], package: str) -> list[str]:
    """The imports of all `parts` but of one another: two blocks of lines, sorted as ruff wants them."""
    modules: dict[str, set[str]] = {}
    for node in (node for part in parts for node in _import_nodes(part)):
        module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
        for alias in node.names:
            modules.setdefault(module or alias.name, set()).add(alias.name if module else "")
    own = {name for name in modules if name.partition(".")[0] in ("__future__", package)}
    standard = {name for name in modules if name.partition(".")[0] in sys.stdlib_module_names} - own
    blocks = [_lines(modules, block) for block in (standard, modules.keys() - own - standard)]
    return [*blocks[0], *([""] if blocks[0] and blocks[1] else []), *blocks[1], ""]


def _lines(modules: Mapping[str, set[str]], block: set[str]) -> list[str]:
    plain = [f"import {module}" for module in sorted(block) if "" in modules[module]]
    named = {module: sorted(modules[module] - {""}, key=_order) for module in sorted(block)}
    return plain + [f"from {module} import {', '.join(names)}" for module, names in named.items() if names]


def _order(name: str) -> tuple[int, str]:
    """CONSTANTS, then Classes, then the rest."""
    return 0 if name.isupper() else 1 if name[0].isupper() else 2, name


def _import_nodes(part: str) -> list[ast.Import | ast.ImportFrom]:
    return [node for node in ast.parse(part).body if isinstance(node, ast.Import | ast.ImportFrom)]
