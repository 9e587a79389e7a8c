"""`inrkit plugins check`: everything that can be found about a plugin before anybody uses it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inrkit.cli.flags import AsJson

if TYPE_CHECKING:
    from rich.table import Table

    from inrkit.testing.plugin import Finding

STYLES = {"ok": "green", "wrong": "red", "skipped": "yellow"}
MODULES = "INRKIT_PLUGIN_MODULES"


def check(
    name: Annotated[
        list[str],
        typer.Argument(help="A plugin, a distribution, a module or file, or what one offers: `inrv`, `inr nerf-mlp`."),
    ],
    option: Annotated[
        list[str] | None,
        typer.Option("--option", "-o", help="NAME.KEY=VALUE: check what has that NAME with this option."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a plugin: declarations, imports, options, and the contract of each thing it offers. Exit 3: findings."""
    from dataclasses import asdict

    from inrkit.cli import console
    from inrkit.testing.plugin import findings

    with _one_file(name) as words:
        console.note(f"Checking {' '.join(words)}: what it imports, and what each thing it offers does.")
        found = list(_with_commands(findings(words, _values(option or []))))
    if as_json:
        console.result_json([asdict(each) for each in found])
    else:
        console.result(_table(found))
        console.say(_summary(found))
    if any(each.state == "wrong" for each in found):
        raise typer.Exit(3)


@contextmanager
def _one_file(words: list[str]) -> Iterator[list[str]]:
    """A file in the current folder, whose name no plugin has, is for this command a one-file plugin.

    Raises:
        BadInput: The file is in another folder, or has a name that cannot be imported.
    """
    from inrkit.discovery import load_registry

    module = _module(words[0])
    known = any(record.is_named(module) or record.module == module for record in load_registry().records)
    if len(words) > 1 or known or not Path(f"{module}.py").is_file():
        yield [module, *words[1:]]
        return
    before = os.environ.get(MODULES, "")
    os.environ[MODULES] = f"{before},{module}"
    try:
        yield [module]
    finally:
        os.environ[MODULES] = before


def _module(word: str) -> str:
    """What a file of this folder is imported as; anything else as it is."""
    from inrkit.errors import BadInput

    file = Path(word)
    if file.suffix != ".py" or not file.is_file():
        return word
    if not file.parent.samefile(Path()):
        there = f"cd {quote(str(file.parent))} && inrkit plugins check {quote(file.name)}"
        raise BadInput(f"{word} is in another folder", f"Check it there: {there}")
    if not file.stem.isidentifier():
        raise BadInput(
            f"{word} cannot be imported: {file.stem!r} is no name in Python", "Use letters, digits and underscores."
        )
    return file.stem


def _values(assignments: list[str]) -> dict[str, dict[str, Any]]:
    """``["inrv.lpips=0"]`` to ``{"inrv": {"lpips": 0}}``."""
    from inrkit.errors import BadInput
    from inrkit.options import parse_assignments

    values: dict[str, dict[str, Any]] = {}
    for key, value in parse_assignments(assignments).items():
        name, _, field = key.partition(".")
        if not field:
            raise BadInput(f"{key!r} does not say whose option it is", "Write NAME.KEY=VALUE, as in inrv.lpips=0.")
        values.setdefault(name, {})[field] = value
    return values


def _with_commands(found: Iterable[Finding]) -> Iterator[Finding]:
    """After each task's options, whether it can be a command."""
    for each in found:
        yield each
        if each.thing.startswith("task ") and each.check == "target" and each.state == "ok":
            yield _of_command(each.thing)


def _of_command(thing: str) -> Finding:
    from inrkit.cli.task_command import task_function
    from inrkit.errors import InrkitError
    from inrkit.testing.plugin import Finding

    try:
        task_function(thing.removeprefix("task "))
    except InrkitError as error:
        return Finding(thing, "command", "wrong", error.message, error.hint)
    return Finding(thing, "command")


def _table(found: Iterable[Finding]) -> Table:
    from rich.table import Table
    from rich.text import Text

    made = Table("What", "Check", "Result", box=None, pad_edge=False)
    for each in found:
        lines = [(line, "") for line in (each.text, each.change) if line]
        result = Text("\n").join([Text(each.state, STYLES[each.state]), *(Text(*line) for line in lines)])
        made.add_row(each.thing, each.check, result)
    return made


def _summary(found: list[Finding]) -> str:
    wrong, skipped = (sum(each.state == state for each in found) for state in ("wrong", "skipped"))
    said = f"{len(found)} checks: {wrong or 'nothing'} wrong"
    return said + (f", {skipped} skipped for what is not here" if skipped else "")
