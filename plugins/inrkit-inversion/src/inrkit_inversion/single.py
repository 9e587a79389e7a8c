"""A network of its own for every clip, many at once: the Single-INR of INR-V's paper, as a run."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import inrkit
from inrkit import BadInput, PluginError, Task, TaskResult, VideoModel
from inrkit_inversion.options import SingleOptions

DEFAULT, PIXELS = "nerf-mlp", 128 * 128
"""The INR, and the most pixels of a frame, where no others are asked for."""


class FitSingle(Task):
    """``inrkit.train`` with the method ``single-inr``, whose encoder is a table of weights."""

    def run(self, model: VideoModel | None, options: object) -> TaskResult:
        """Fit the networks; the result is a run."""
        assert isinstance(options, SingleOptions)
        config = model.config if model else None
        name = options.inr or (config.inr.name if config else DEFAULT)
        _check_inr(name, options.inr is None)
        settings: dict[str, Any] = {"data.size": _size(options), "data.frames": options.frames, "data.fit": "crop"}
        if config and config.inr.name == name:
            settings |= {f"inr.{key}": value for key, value in config.inr.options.items()}
        settings |= {"data.fps": options.fps, "data.limit": options.limit, "data.skip_bad": options.skip_bad}
        settings |= options.set
        out = options.out or Path("runs") / f"single-{options.videos[0].resolve().stem}"
        with _source(options.videos, out) as source:
            run = inrkit.train(
                source,
                plugin="single-inr",
                inr=name,
                out=out,
                steps=options.steps,
                seed=options.seed,
                overwrite=options.overwrite,
                device=self.device,
                reporter=self.reporter,
                options={key: value for key, value in settings.items() if value is not None},
            )
        return TaskResult(_facts(run), [run])


def _check_inr(name: str, by_default: bool) -> None:
    known = [item["name"] for plugin in inrkit.plugins() for item in plugin["provides"] if item["kind"] == "inr"]
    if by_default and name not in known:
        raise BadInput(f"no INR is named, and {name} is not installed", "pip install inrkit-inrv, or add --inr NAME.")


def _size(options: SingleOptions) -> str:
    """``HxW`` as asked for, or in the proportions of the first video."""
    if options.size and "x" in options.size.lower():
        return options.size
    height, width = _first_size(options.videos)
    if options.size:
        if not options.size.isdecimal() or not int(options.size):
            raise BadInput(f"{options.size!r} is no size", "Give HEIGHTxWIDTH, or a height, in pixels.")
        scale = int(options.size) / height
    else:
        scale = min(1.0, math.sqrt(PIXELS / (height * width)))
    return f"{max(1, round(height * scale))}x{max(1, round(width * scale))}"


def _first_size(videos: list[Path]) -> tuple[int, int]:
    """(height, width) of the first of them that can be read."""
    problem: BadInput | None = None
    for video in videos:
        inside = sorted(path for path in video.rglob("*") if path.is_file()) if video.is_dir() else []
        for path in [video, *inside]:
            try:
                _, height, width, _ = inrkit.read_video(path, limit=1).frames.shape
            except BadInput as error:
                problem = problem or error
                continue
            return height, width
    assert problem is not None
    raise problem


@contextmanager
def _source(videos: list[Path], out: Path) -> Iterator[Path]:
    """One video, or beside the run a list of them, from which it can be resumed; none is left of what is refused."""
    if len(videos) == 1:
        yield videos[0]
        return
    listed, made = out.parent / f"{out.name}.txt", not out.parent.exists()
    if listed.exists() and not out.exists():
        raise BadInput(f"{listed} is in the way of the list of videos", "Choose another --out.")
    before = listed.read_bytes() if listed.exists() else None
    out.parent.mkdir(parents=True, exist_ok=True)
    listed.write_text("".join(f"{video.resolve()}\n" for video in videos), encoding="utf-8")
    try:
        yield listed
    except (BadInput, PluginError):
        if before is None:
            listed.unlink()
        else:
            listed.write_bytes(before)
        if made:
            out.parent.rmdir()
        raise


def _facts(run: Path) -> dict[str, Any]:
    """What the run says of itself."""
    model = inrkit.load(run)
    assert model.config is not None
    measured = json.loads((run / "result.json").read_text())["train"]
    return {
        "clips": f"{measured['clips']} of {'x'.join(map(str, model.config.data.clip_shape))}, a network each",
        "inr": model.config.inr.name,
        "numbers per clip": sum(value[0].numel() for value in model.latents.values()),
        "psnr": measured["psnr"],
        "worst": measured["worst"],
        "static floor": measured["static_floor"],
        "above it": measured["above_floor"],
    }
