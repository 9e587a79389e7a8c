"""`inrkit data`: clips cut from videos, kept ready for training."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from inrkit.cli.flags import AsJson, Quiet

if TYPE_CHECKING:
    from inrkit.video import Fit

data = typer.Typer(
    no_args_is_help=True, help="Cut videos into clips, look at what was cut, and free the room it takes."
)

_CLIPS, _HOW = "The clips", "How it runs"


@data.command()
def prepare(
    source: Annotated[
        str, typer.Argument(help="A video, a folder of videos or of frames, a zip of frames, or a text file of these.")
    ],
    frames: Annotated[
        int, typer.Option("--frames", min=1, max=100_000, help="Frames of a clip.", rich_help_panel=_CLIPS)
    ] = 25,
    size: Annotated[str, typer.Option("--size", help="Of a clip: HxW, or N for NxN.", rich_help_panel=_CLIPS)] = "64",
    stride: Annotated[
        int | None,
        typer.Option(
            "--stride",
            min=1,
            help="Frames between the starts of two clips; default: no overlap.",
            rich_help_panel=_CLIPS,
        ),
    ] = None,
    fit: Annotated[
        str, typer.Option("--fit", help="crop, pad or squash to that size.", rich_help_panel=_CLIPS)
    ] = "crop",
    fps: Annotated[
        float | None,
        typer.Option("--fps", help="Frames a second, by their times; default: all frames.", rich_help_panel=_CLIPS),
    ] = None,
    box: Annotated[
        str | None,
        typer.Option("--box", help="Take only HEIGHTxWIDTH+TOP+LEFT of each frame.", rich_help_panel=_CLIPS),
    ] = None,
    avoid_cuts: Annotated[
        bool, typer.Option("--avoid-cuts", help="No clip across a cut between shots.", rich_help_panel=_CLIPS)
    ] = False,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Only the first N clips.", rich_help_panel=_CLIPS)
    ] = None,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave out what cannot be read.", rich_help_panel=_HOW)
    ] = False,
    licence: Annotated[
        str, typer.Option("--licence", help="A note on the videos' licence, for the manifest.", rich_help_panel=_HOW)
    ] = "",
    sheet: Annotated[
        Path | None, typer.Option("--sheet", help="Draw clips from all over into this .png.", rich_help_panel=_HOW)
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, max=256, help="Videos decoded at once.", rich_help_panel=_HOW)
    ] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Cut videos into clips, once. `inrkit train` with the same SOURCE and flags finds them at once.

    A run that was stopped goes on where it was. Nothing is done twice.
    """
    from inrkit.cli import console
    from inrkit.cli.data_progress import showing
    from inrkit.cli.data_show import command_to_train, facts_of, store_table
    from inrkit.engine.data import videos_in
    from inrkit.video import ClipSettings, SkippedVideo, parse_box, parse_size, prepare_clips

    console.set_quiet(quiet)
    part = parse_box(box) if box else None
    settings = ClipSettings(frames, parse_size(size), stride, cast("Fit", fit), limit, fps, part, avoid_cuts)
    bad: list[SkippedVideo] = []
    videos = videos_in(source, bad)
    with showing(quiet) as progress:
        store = prepare_clips(
            videos,
            settings,
            skip_bad=skip_bad,
            left_out=bad,
            licence=licence,
            progress=progress,
            waiting=lambda: console.note("Another process prepares the same clips; waiting for it."),
            workers=workers,
        )
    for line in store.warnings():
        console.warn(line)
    if sheet is not None:
        from inrkit.cli.data_show import draw_sheet

        draw_sheet(store, sheet)
    if as_json:
        console.result_json(facts_of(store))
    else:
        console.result(store_table(store))
        console.result(f"\nNext: {command_to_train(source, store)}")


@data.command()
def info(
    store: Annotated[
        str | None, typer.Argument(help="A store: its folder, or the first letters of its name. Without it: list all.")
    ] = None,
    sheet: Annotated[Path | None, typer.Option("--sheet", help="Draw clips from all over into this .png.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what clips are kept, where they come from, and what gave none."""
    from inrkit.cli import console
    from inrkit.cli.data_show import draw_sheet, facts_of, find_store, list_stores, store_table, stores_table

    if store is None:
        found = list_stores()
        if as_json:
            console.result_json([facts_of(each) for each in found])
        else:
            console.result(stores_table(found) if found else "No clips are kept.")
        return
    chosen = find_store(store)
    if sheet is not None:
        draw_sheet(chosen, sheet)
    if as_json:
        console.result_json(facts_of(chosen))
    else:
        console.result(store_table(chosen, every_video=True))


@data.command()
def clean(
    stores: Annotated[
        list[str] | None, typer.Argument(help="Stores to remove: the first letters of their names. Without: leftovers.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Remove all clips that are kept.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove leftovers of stopped preparations and of older versions, or clips. They can be made again."""
    from inrkit.cli import console
    from inrkit.cli.data_clean import remove
    from inrkit.cli.data_show import bytes_for_people

    removed = remove(stores or [], everything, dry_run)
    if as_json:
        console.result_json({"removed": [{"folder": str(path), "bytes": size} for path, size in removed]})
        return
    for path, size in removed:
        console.result(f"{'would remove' if dry_run else 'removed'} {path} ({bytes_for_people(size)})")
    if not removed:
        console.result("Nothing to remove. Name a store of `inrkit data info`, or say --all.")
