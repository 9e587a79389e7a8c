"""The command line, one file per command. Nothing heavy is imported until a command runs."""

from __future__ import annotations


def main() -> None:
    """Run the command line: the entry point of the ``inrkit`` script."""
    import signal
    import sys

    from inrkit.cli.app import app

    # As an exception, so that unfinished files are removed on the way out.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    app(prog_name="inrkit")
