"""`inrkit train --plugin NAME --help`: options of the plugin, and of what --inr and others name, under the flags."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from typer.core import TyperCommand

PARTS = ("encoder", "hypernetwork", "inr")


class TrainCommand(TyperCommand):
    """Help is asked for before flags are read, so the plugin's name is looked up in the arguments themselves."""

    _asked: Mapping[str, str] = MappingProxyType({})

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Note the plugin and its parts, then parse."""
        self._asked = _named_in(args)
        return super().parse_args(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The flags, then for each section of options a table."""
        super().format_help(ctx, formatter)
        from inrkit.cli import console

        console.result(
            _options(self._asked) if "plugin" in self._asked else "Options for -o: add --plugin NAME before --help."
        )


def _named_in(args: list[str]) -> dict[str, str]:
    """The names that are given for the plugin and its parts."""
    named = {}
    for arg, after in zip(args, [*args[1:], ""], strict=True):
        flag, equals, value = arg.partition("=")
        name = "plugin" if flag == "-p" else flag.removeprefix("--")
        if name in ("plugin", *PARTS) and flag.startswith("-") and (equals or after):
            named[name] = value if equals else after
    return named


def _options(asked: Mapping[str, str]) -> Any:
    from typing import cast

    from pydantic import BaseModel
    from rich.console import Group
    from rich.table import Table

    from inrkit import declare
    from inrkit.discovery import load_registry
    from inrkit.engine.options import DataOptions, TrainOptions
    from inrkit.options import describe

    registry, plugin = load_registry(), asked["plugin"]
    method = cast(declare.Method, registry.find("method", plugin).declaration)
    presets = Table(title=f"Presets of {plugin}", title_justify="left", box=None, show_header=False)
    for name, summary in method.presets.items():
        presets.add_row(f"--preset {name}", summary)
    title = f"Options of {plugin}, set by -o key=value; the section may be left out where only one has the key"
    options = Table("key", "type", "default", "", title=title, title_justify="left", box=None)
    models: dict[str, type[BaseModel]] = {
        "method": registry.options("method", plugin),
        **{kind: registry.options(kind, asked.get(kind, getattr(method, kind))) for kind in PARTS},
        "train": TrainOptions,
        "data": DataOptions,
        "dataset": registry.options("dataset", "toy"),
    }
    for section, model in models.items():
        for name, kind, default, text in describe(model):
            options.add_row(f"{section}.{name}", kind, default, text)
    return Group("", presets, "", options)
