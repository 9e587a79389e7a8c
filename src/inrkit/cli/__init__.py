"""The command line, one file per command. Nothing heavy is imported until a command runs."""

from __future__ import annotations


def main() -> None:
    """Run the command line: the entry point of the ``inrkit`` script."""
    from inrkit.cli.app import app

    app(prog_name="inrkit")
