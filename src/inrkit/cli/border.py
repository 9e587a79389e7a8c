"""Where errors end: what a command raises becomes a message and an exit code, and a broken plugin a warning."""

from __future__ import annotations

import errno
import itertools
import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperGroup

from inrkit.cli import console, launch
from inrkit.errors import InrkitError

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EIO)


@contextmanager
def border() -> Iterator[None]:
    """Turn an :class:`InrkitError` into its message and exit code, and Ctrl-C into one line and 130.

    What a plugin's code raises beside is an error of that plugin. With ``INRKIT_TRACEBACK=1`` all of it is shown first.
    """
    try:
        yield
    except InrkitError as problem:
        raise _end(problem, problem) from problem
    except KeyboardInterrupt as problem:
        console.say("interrupted")
        raise typer.Exit(130) from problem
    except Exception as problem:
        if isinstance(problem, OSError) and problem.filename is None and problem.errno in _NO_ROOM:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or Python would complain once more as it ends
            said = InrkitError(f"the output cannot be written: {problem.strerror}", "Make room there.")
            raise _end(said, problem) from problem
        fault = _fault(problem)
        if fault is None:
            raise
        raise _end(fault, problem) from problem


def _end(said: InrkitError, raised: Exception) -> typer.Exit:
    if os.environ.get("INRKIT_TRACEBACK", "0") not in ("", "0"):
        console.say("".join(traceback.format_exception(raised)).rstrip())
    console.error(said)
    return typer.Exit(said.exit_code)


def _fault(problem: Exception) -> InrkitError | None:
    """What is wrong with the plugin whose code raised it, if one did."""
    from inrkit.discovery import load_registry
    from inrkit.discovery.fault import fault_of

    return fault_of(problem, load_registry().records)


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
