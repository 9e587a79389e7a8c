"""`inrkit train --plugin NAME --help`: the plugin's own options under the flags that all share."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand


class TrainCommand(TyperCommand):
    """Help is asked for before flags are read, so the plugin's name is looked up in the arguments themselves."""

    _asked: str | None = None

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Note the plugin, then parse."""
        self._asked = _plugin_in(args)
        return super().parse_args(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The flags, then for each section of options a table."""
        super().format_help(ctx, formatter)
        from inrkit.cli import console

        console.result(_options(self._asked) if self._asked else "Options for -o: add --plugin NAME before --help.")


def _plugin_in(args: list[str]) -> str | None:
    for i, arg in enumerate(args):
        name, equals, value = arg.partition("=")
        if name in ("--plugin", "-p"):
            return value if equals else (args[i + 1] if i + 1 < len(args) else None)
    return None


def _options(plugin: str) -> Any:
    from typing import cast

    from pydantic import BaseModel
    from rich.console import Group
    from rich.table import Table

    from inrkit import declare
    from inrkit.discovery import load_registry
    from inrkit.engine.options import DataOptions, TrainOptions
    from inrkit.options import describe

    registry = load_registry()
    method = cast(declare.Method, registry.find("method", plugin).declaration)
    presets = Table(title=f"Presets of {plugin}", title_justify="left", box=None, show_header=False)
    for name, summary in method.presets.items():
        presets.add_row(f"--preset {name}", summary)
    title = f"Options of {plugin}, set by -o key=value; the section may be left out where only one has the key"
    options = Table("key", "type", "default", "", title=title, title_justify="left", box=None)
    models: dict[str, type[BaseModel]] = {
        "method": registry.options("method", plugin),
        **{kind: registry.options(kind, getattr(method, kind)) for kind in ("encoder", "hypernetwork", "inr")},
        "train": TrainOptions,
        "data": DataOptions,
        "dataset": registry.options("dataset", "toy"),
    }
    for section, model in models.items():
        for name, kind, default, text in describe(model):
            options.add_row(f"{section}.{name}", kind, default, text)
    return Group("", presets, "", options)
