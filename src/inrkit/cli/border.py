"""Where errors end: what a command raises becomes a message and an exit code, and a broken plugin a warning."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperGroup

from inrkit.cli import console, launch
from inrkit.errors import InrkitError


@contextmanager
def border() -> Iterator[None]:
    """Turn an :class:`InrkitError` into its message and exit code, and Ctrl-C into one line and 130."""
    try:
        yield
    except InrkitError as problem:
        console.error(problem)
        raise typer.Exit(problem.exit_code) from problem
    except KeyboardInterrupt as problem:
        console.say("interrupted")
        raise typer.Exit(130) from problem


class Border(TyperGroup):
    """The outermost group of commands. It looks for plugins before anything else, so ``--help`` warns too."""

    def make_context(self, *args: Any, **extra: Any) -> Any:
        """Parse the command line, within the border."""
        with border():
            return super().make_context(*args, **extra)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Load the plugins, say which are broken, then parse."""
        launch.command_line[:] = args
        if not ctx.resilient_parsing:  # shell completion must stay silent
            if "--no-plugins" in itertools.takewhile(lambda arg: arg.startswith("-"), args):
                _switch_plugins_off(ctx)
            _warn_of_plugins()
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command, within the border."""
        with border():
            return super().invoke(ctx)


def _switch_plugins_off(ctx: Any) -> None:
    """In the environment, so that processes which the command starts have the same plugins: none."""
    before = os.environ.get("INRKIT_NO_PLUGINS", "")
    os.environ["INRKIT_NO_PLUGINS"] = "1"
    ctx.call_on_close(lambda: os.environ.update(INRKIT_NO_PLUGINS=before))


def _warn_of_plugins() -> None:
    from inrkit.discovery import load_registry
    from inrkit.discovery.report import warnings

    for line in warnings(load_registry()):
        console.warn(line)
