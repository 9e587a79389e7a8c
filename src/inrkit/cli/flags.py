"""Flags that several commands share."""

from __future__ import annotations

from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON on stdout, for programs.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but warnings, errors and the result.")]


def option(flag: str, short: str | None, panel: str, text: str) -> Any:
    """A flag of a command, which ``INRKIT_<FLAG>`` sets as well."""
    names = (flag, short) if short else (flag,)
    variable = "INRKIT_" + flag.removeprefix("--").replace("-", "_").upper()
    return typer.Option(*names, help=text, rich_help_panel=panel, envvar=variable, show_envvar=False)
