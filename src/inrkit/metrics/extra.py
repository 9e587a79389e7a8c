"""Packages that only metrics need."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from inrkit.errors import BadInput


def extra(metric: str, module: str) -> Any:
    """The module, of a package of ``inrkit[metrics]``.

    Raises:
        BadInput: It is not installed.
    """
    try:
        return import_module(module)
    except ImportError as error:
        package = error.name or module.partition(".")[0]
        what = f"{metric} needs {package.partition('.')[0]}, which is not installed"
        raise BadInput(what, "pip install 'inrkit[metrics]'") from error
