"""How the documentation is built: `make docs`, then open docs/_build/index.html."""

from __future__ import annotations

import re
import sys
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "inrkit"
author = "the authors of inrkit"
version = release = version_of("inrkit")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "cli_reference"]
exclude_patterns = ["_build"]
default_role = "code"

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True

html_theme = "furo"
html_title = f"inrkit {version}"
html_copy_source = False

STARRED = re.compile(r"(?<!`)\([\w|]+, \*[^()]*\)")
"""Shapes such as (B, *shape), whose star reStructuredText takes for emphasis."""


def quote_shapes(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Show the shapes in docstrings as code."""
    lines[:] = [STARRED.sub(r"``\g<0>``", line) for line in lines]


def setup(app: Any) -> None:
    """For Sphinx."""
    app.connect("autodoc-process-docstring", quote_shapes)
