"""The directive ``cli-reference``: every command of the installed `inrkit`, with its flags, taken from the program."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer
from docutils.nodes import Node
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from inrkit.cli.app import app


class CliReference(SphinxDirective):
    """Takes no arguments."""

    def run(self) -> list[Node]:
        """The commands as sections."""
        return self.parse_text_to_nodes("\n".join(reference()), allow_section_headings=True)


def reference() -> Iterator[str]:
    """The lines of the page."""
    root = typer.main.get_command(app)
    yield from _section(root, "inrkit", 2)


def _section(command: Any, path: str, level: int) -> Iterator[str]:
    yield f"{'#' * level} `{path}`\n"
    yield f"{command.help}\n"
    yield from _table(command)
    context = typer.Context(command)
    for name in getattr(command, "list_commands", lambda _: [])(context):
        _, inner, _ = command.resolve_command(context, [name])
        yield from _section(inner, f"{path} {name}", 3)


def _table(command: Any) -> Iterator[str]:
    shown = [each for each in command.params if not getattr(each, "hidden", False)]
    if not shown:
        return
    yield "| argument or flag | default | |\n| --- | --- | --- |"
    for each in shown:
        yield f"| {_name(each)} | {_default(each)} | {_cell(getattr(each, 'help', None) or '')} |"
    yield ""


def _name(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{parameter.metavar or parameter.name.upper()}`"
    flags = [*parameter.opts, *parameter.secondary_opts]
    return ", ".join(f"`{flag}`" for flag in flags)


def _default(parameter: Any) -> str:
    value = parameter.default
    shown = getattr(parameter, "show_default", None)
    if isinstance(shown, str):
        return _cell(shown)
    if parameter.required:
        return "required"
    return "" if value is None or value is False or callable(value) else f"`{value}`"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def setup(app: Sphinx) -> dict[str, bool]:
    """For Sphinx."""
    app.add_directive("cli-reference", CliReference)
    return {"parallel_read_safe": True}
