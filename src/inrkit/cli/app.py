"""The `inrkit` command: its global flags, and which file each command is in. Tasks become commands in tasks.py."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated

import typer

from inrkit.cli import plugins, plugins_check, plugins_new
from inrkit.cli.data import data
from inrkit.cli.tasks import Commands

COMMANDS = {
    "train": "inrkit.cli.train:train",
    "info": "inrkit.cli.info:info",
    "render": "inrkit.cli.render:render",
    "compare": "inrkit.cli.compare:compare",
    "evaluate": "inrkit.cli.evaluate:evaluate",
    "report": "inrkit.cli.report:report",
    "export": "inrkit.cli.export:export",
    "convert": "inrkit.cli.convert:convert",
    "env": "inrkit.cli.env:env",
}
"""Command to ``"module:function"``, in the order in which the help lists them. The modules must be light: what a
command needs, its function imports. A function's ``command_class``, if it has one, is its class of typer command."""

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        from inrkit.cli import console

        console.result(f"inrkit {version('inrkit')}")
        raise typer.Exit


@app.callback()
def inrkit(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
    ] = False,
    no_plugins: Annotated[
        bool, typer.Option("--no-plugins", help="Use what inrkit itself offers, and no more.")
    ] = False,
) -> None:
    """Learn spaces of videos with implicit neural representations, and use them.

    Exit codes: 0 done, 1 failed while working, 2 bad input, 3 a plugin asked for does not work, 130 interrupted.
    """


def _add(name: str, target: str) -> None:
    module, _, attribute = target.partition(":")
    function = getattr(import_module(module), attribute)
    app.command(name, cls=getattr(function, "command_class", None))(function)


for _name, _target in COMMANDS.items():
    _add(_name, _target)

_plugins = typer.Typer()
_plugins.callback(invoke_without_command=True)(plugins.plugins)
_plugins.command("show")(plugins.show)
_plugins.command("check")(plugins_check.check)
_plugins.command("new")(plugins_new.new)
app.add_typer(_plugins, name="plugins")
app.add_typer(data, name="data")
