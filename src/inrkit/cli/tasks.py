"""Tasks as commands: each declared task is listed from its declaration alone, and built when it is called."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperCommand

from inrkit.cli.border import Border
from inrkit.errors import InrkitError, PluginError

PANEL = "Tasks"


class ListedTask(TyperCommand):
    """A task as the help lists it. Nothing of it is imported, so it cannot be run; see :class:`Commands`."""


class Commands(Border):
    """inrkit's own commands, and after them the tasks of the plugins. Its own are never shadowed."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Its own, then the tasks, the broken ones too."""
        own = super().list_commands(ctx)
        return own + [name for name in _tasks(own) if name not in own]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Its own command of that name, or else the task as it is listed.

        Raises:
            PluginError: A task of that name is broken.
        """
        own = super().get_command(ctx, cmd_name)
        return own or _listed(cmd_name, _tasks(super().list_commands(ctx)))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command to run; of a task, the real one."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, _built(str(name)) if isinstance(command, ListedTask) else command, rest


def _tasks(own: list[str]) -> dict[str, str]:
    """What can be typed for each task, and its summary."""
    from inrkit.discovery import load_registry

    registry = load_registry()
    found = {}
    for entry in registry.entries("task"):
        name = registry.typed(entry)
        found[entry.qualified if name in own else name] = entry.declaration.summary
    for record in registry.records:
        broken = {name: why for (kind, name), why in record.refused.items() if kind == "task"}
        found |= {name: f"does not work: {why}" for name, why in broken.items() if name not in found}
    return found


def _listed(name: str, tasks: dict[str, str]) -> Any:
    from inrkit.discovery import load_registry

    if name not in tasks:
        try:
            load_registry().find("task", name)
        except PluginError:
            raise
        except InrkitError:
            return None
    return ListedTask(name, help=tasks.get(name), rich_help_panel=PANEL)


def _built(name: str) -> Any:
    """The command of a task, with its options as flags.

    Raises:
        PluginError: It is broken.
    """
    from inrkit.cli.task_command import task_function
    from inrkit.discovery import load_registry

    entry = load_registry().find("task", name)
    maker = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    maker.command(name, help=f"{entry.declaration.summary}.")(task_function(name))
    return typer.main.get_command(maker)
