"""`inrkit plugins`: what is installed, whether it works, and what can be set."""

from __future__ import annotations

from typing import Annotated

import typer

from inrkit.cli.flags import AsJson


def plugins(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List the plugins: whether they work, and what they offer."""
    if ctx.invoked_subcommand is not None:
        return
    from inrkit.cli import console
    from inrkit.discovery import load_registry, report

    registry = load_registry()
    if as_json:
        console.result_json(report.as_dicts(registry))
    else:
        console.result(report.table(registry))


def show(
    name: Annotated[
        list[str], typer.Argument(help="A plugin, a distribution, or what one offers: `inrv`, `inr inrv`.")
    ],
    as_json: AsJson = False,
) -> None:
    """Show what something offers: options with types and defaults, presets, and why it is broken if it is."""
    from inrkit.cli import console
    from inrkit.discovery import load_registry
    from inrkit.discovery.show import details, look_up

    items = look_up(load_registry(), name)
    if as_json:
        console.result_json(items)
        return
    for item in items:
        console.result(details(item))
