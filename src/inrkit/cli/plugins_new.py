"""`inrkit plugins new`: a plugin of one's own, whole and working, to change."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from inrkit.templates.names import Names


def new(
    ctx: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            help="Of the distribution, such as my-siren or inrkit-siren; users then type my-siren, or siren."
        ),
    ],
    kind: Annotated[
        str | None,
        typer.Option("--kind", help="inr, encoder, hypernetwork, method, task, sampler, metric or dataset."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder to make, default NAME; of one file: the folder it goes into.")
    ] = None,
    one_file: Annotated[
        bool, typer.Option("--one-file", help="A single module that needs no installation, to try something.")
    ] = False,
) -> None:
    """Write a new plugin: a small working component with options, tests and a README, ready to install and change."""
    from inrkit.cli import console
    from inrkit.templates.fill import fill
    from inrkit.templates.names import names_of, refuse_taken

    names, kind = names_of(name), _kind(kind)
    refuse_taken(names, kind, ctx.find_root().command.commands)  # type: ignore[attr-defined]
    files = fill(names, kind)
    place = _write_one(files, names, kind, out) if one_file else _write_all(files, out or Path(name))
    steps = [f"  {step}" for step in _next_steps(names, kind, place)]
    console.result("\n".join(("", "Next:", *steps)))


def _write_all(files: dict[str, str], place: Path) -> Path:
    from inrkit.cli import console
    from inrkit.templates.write import write_folder

    write_folder(place, files)
    console.result("\n".join((f"written: {place}", *(f"  {path}" for path in sorted(files)))))
    return place


def _write_one(files: dict[str, str], names: Names, kind: str, out: Path | None) -> Path:
    from inrkit.cli import console
    from inrkit.templates.one_file import one_file
    from inrkit.templates.write import write_file

    place = (out or Path()) / f"{names.package}.py"
    write_file(place, one_file(files, names, kind))
    console.result(f"written: {place}")
    return place


def _kind(given: str | None) -> str:
    """The kind that was given, or that is chosen at the terminal.

    Raises:
        BadInput: There is no such kind; or none is given and nobody can be asked.
    """
    from inrkit.cli import console
    from inrkit.errors import BadInput, did_you_mean
    from inrkit.templates.kinds import KINDS

    if given is None and sys.stdin.isatty():
        for name, kind in KINDS.items():
            console.say(f"  {name:13} {kind.about}")
        given = str(typer.prompt("Which kind", err=True))
    if given is None:
        raise BadInput("it is not said what the plugin offers", f"Add --kind, one of: {', '.join(KINDS)}.")
    if given not in KINDS:
        raise BadInput(f"there is no kind {given!r}", did_you_mean(given, KINDS))
    return given


def _next_steps(names: Names, kind: str, place: Path) -> list[str]:
    """What to type. `place` is a folder to install, or a file that needs none."""
    from shlex import quote

    from inrkit.templates.kinds import KINDS

    use = KINDS[kind].use.format(name=names.name)
    if place.is_dir():
        change = f"change src/{names.package}/{kind}.py, as README.md says"
        steps = ['pip install -e ".[test]"', f"inrkit plugins check {names.name}", "pytest", use]
        return [f"cd {quote(str(place))}", *steps, change]
    steps = [f"export INRKIT_PLUGIN_MODULES={names.package}", f"inrkit plugins check {names.package}", use]
    return steps if place.parent == Path() else [f"cd {quote(str(place.parent))}", *steps]
