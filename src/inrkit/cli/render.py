"""`inrkit render`: a training clip out of a run, at any size and frame rate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from inrkit.cli.flags import AsJson


def render(
    run: Annotated[Path, typer.Argument(help="Folder of a run.")],
    clip: Annotated[int, typer.Option("--clip", help="Which training clip, from 0.")],
    out: Annotated[Path, typer.Option("--out", help="The file to write: .mp4, .gif or .png (a contact sheet).")],
    size: Annotated[
        str | None, typer.Option("--size", help="HxW, or N for a height of N; default: as trained.")
    ] = None,
    frames: Annotated[
        int | None,
        typer.Option("--frames", min=1, max=100_000, help="Over the clip's whole length; default: as trained."),
    ] = None,
    fps: Annotated[
        float | None,
        typer.Option("--fps", min=0.01, max=1000, help="Default: such that the clip lasts as long as ever."),
    ] = None,
    checkpoint: Annotated[int | None, typer.Option("--checkpoint", help="Of this step; default: the newest.")] = None,
    device: Annotated[str, typer.Option("--device", help="auto, cpu, cuda, cuda:i or mps.")] = "auto",
    as_json: AsJson = False,
) -> None:
    """Render a training clip as the run has it: the network is evaluated anew at the size and rate asked for."""
    from inrkit import load, to_uint8, write_video
    from inrkit.cli import console
    from inrkit.cli.render_shape import check_clip, rate_of, shape_of
    from inrkit.engine.plan import resolve_device

    model = load(run, checkpoint=checkpoint, device=resolve_device(device))
    assert model.config is not None
    check_clip(clip, model)
    shape = shape_of(size, frames, model.config.data.clip_shape)
    rate = rate_of(fps, shape[0], model.config.data)
    latents = {name: values[clip : clip + 1] for name, values in model.latents.items()}
    write_video(out, to_uint8(model.render(latents, shape))[0].cpu(), rate)
    facts = {"file": str(out), "clip": clip, "name": model.config.data.clips[clip], "shape": shape, "fps": rate}
    if as_json:
        console.result_json(facts)
    else:
        console.result(f"{out}: clip {clip} ({facts['name']}), {'x'.join(map(str, shape))} at {rate:g} fps")
