"""The command line, one file per command. Nothing heavy is imported until a command runs."""

from __future__ import annotations


def main() -> None:
    """Run the command line: the entry point of the ``inrkit`` script."""
    import signal
    import sys

    from inrkit.cli import console
    from inrkit.cli.app import app
    from inrkit.cli.launch import watch_launcher
    from inrkit.place import place

    here = place()
    if here.rank:
        console.follow(str(here))
    watch_launcher()
    # As an exception, so that unfinished files are removed on the way out.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    app(prog_name="inrkit")
