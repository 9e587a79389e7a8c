"""`inrkit render`: a training clip out of a run, or latents found in it, at any size and frame rate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from inrkit.cli.flags import AsJson


def render(
    run: Annotated[Path, typer.Argument(help="Folder of a run.")],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            help="The file to write: .mp4, .gif, .mkv or .apng (both without loss), or .png (a sheet of 16 frames).",
        ),
    ],
    clip: Annotated[int | None, typer.Option("--clip", help="Which training clip, from 0.")] = None,
    latents: Annotated[
        Path | None, typer.Option("--latents", help="A latents.safetensors that a task found in this run.")
    ] = None,
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
    """Render a training clip, or latents found in a run: the network is evaluated anew at any size and rate."""
    from inrkit import BadInput, load, to_uint8, write_video
    from inrkit.cli import console
    from inrkit.cli.render_latents import kept_frames
    from inrkit.cli.render_shape import check_clip, check_shape, frames_shown, rate_of, shape_of
    from inrkit.engine.found_file import read_found
    from inrkit.engine.plan import resolve_device
    from inrkit.video.write import encoder_of

    if (clip is None) == (latents is None):
        raise BadInput("render shows a training clip or found latents", "Give one of --clip and --latents.")
    encoder_of(out)
    model = load(run, checkpoint=checkpoint, device=resolve_device(device))
    assert model.config is not None
    data = model.config.data
    if latents is not None:
        kept = read_found(latents, model)
        shape = shape_of(size, frames or kept.frames, data.clip_shape)
        rate = fps if fps is not None else kept.rate * shape[0] / kept.frames
        pieces = kept_frames(model, kept, shape, frames_shown(shape, out))
        facts = {"file": str(out), "latents": str(latents), "name": kept.name, "shape": shape, "fps": rate}
        what = f"latents of {kept.name}"
    else:
        assert clip is not None
        check_clip(clip, model)
        shape = shape_of(size, frames, data.clip_shape)
        rate = rate_of(fps, shape[0], data)
        own = {name: values[clip : clip + 1] for name, values in model.latents.items()}
        pieces = (group[0] for group in model.stream(own, shape, frames_shown(shape, out)))
        facts = {"file": str(out), "clip": clip, "name": data.clips[clip], "shape": shape, "fps": rate}
        what = f"clip {clip} ({data.clips[clip]})"
    check_shape(shape, out)
    write_video(out, map(to_uint8, pieces), rate)
    if as_json:
        console.result_json(facts)
    else:
        console.result(f"{out}: {what}, {'x'.join(map(str, shape))} at {rate:g} fps")
        if out.suffix == ".mp4" and (shape[1] % 2 or shape[2] % 2):
            console.note("An mp4 has even sides, so its last row or column is there twice; a gif has them as asked.")
