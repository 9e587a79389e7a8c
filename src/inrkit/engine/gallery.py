"""Videos made of latents, side by side: a sheet, one moving picture of all, and the latents themselves."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from inrkit.engine.files import write_atomically
from inrkit.engine.fit import Found
from inrkit.engine.found_file import Kept, save_found
from inrkit.engine.observe_files import plain
from inrkit.engine.pile import piled
from inrkit.errors import BadInput, InrkitError
from inrkit.interfaces import Tensors
from inrkit.interfaces.pixels import to_uint8
from inrkit.model import VideoModel
from inrkit.report.mosaic import enlarged, mosaic, tile
from inrkit.report.sheets import contact_sheet
from inrkit.video import write_png, write_video

MOST = 2**25
"""Pixels of a frame of the mosaic; H.264 knows no more."""

WIDEST = 8192
"""Pixels of a row of it."""

ROWS, SHOWN = 32, 64
"""Videos that are shown frame by frame on a sheet, one below the other, and about how high each is, in pixels."""


@dataclass
class Gallery:
    """Videos of a model, rendered once, at the size and rate of its clips.

    Attributes:
        model: Of the latents.
        latents: Name to (n, *shape), a video each.
        labels: Of each video.
        columns: Videos in a row.
        moving: uint8 (T, rows H, columns W, 3), all of them.
    """

    model: VideoModel
    latents: Tensors
    labels: Sequence[str]
    columns: int
    moving: Tensor

    @property
    def facts(self) -> dict[str, Any]:
        """Shape and rate of each video, and the content hash of the run."""
        config = self.model.config
        assert config is not None
        return {"shape": list(config.data.clip_shape), "fps": config.data.fps, "model_sha256": self.model.content}

    def video(self, index: int) -> Tensor:
        """uint8 (T, H, W, 3)."""
        _, *size = clip_shape(self.model)
        return tile(self.moving, index, self.columns, (size[0], size[1]))

    def sheet(self, *, flat: bool) -> Tensor:
        """uint8 (height, width, 3): a row of frames for each video, or if `flat`, or too many, their middle frames."""
        if flat or len(self.labels) > ROWS:
            middle = self.moving[len(self.moving) // 2]
            return enlarged(middle, max(1, round(SHOWN / clip_shape(self.model)[1])))
        return contact_sheet([(label, self.video(index)) for index, label in enumerate(self.labels)])


def clip_shape(model: VideoModel) -> tuple[int, int, int]:
    """(T, H, W) of the run's clips."""
    assert model.config is not None
    return model.config.data.clip_shape


def training_latents(model: VideoModel) -> Tensors:
    """The latents of the training clips: name to (N, *shape).

    Raises:
        BadInput: The run has none.
    """
    if not model.latents:
        raise BadInput("this checkpoint has no latents of its training clips", "Its encoder makes them from videos.")
    return model.latents


def columns_of(model: VideoModel, count: int, wanted: int) -> int:
    """Videos in a row: `wanted`, or fewer where a row would be too wide.

    Raises:
        BadInput: So many videos do not fit into one.
    """
    _, height, width = clip_shape(model)
    columns = max(1, min(wanted, WIDEST // width))
    if math.ceil(count / columns) * columns * height * width > MOST:
        most = MOST // (height * width)
        raise BadInput(f"{count} videos of {height}x{width} side by side are too large", f"At most {most} fit.")
    return columns


def render_gallery(model: VideoModel, latents: Tensors, labels: Sequence[str], columns: int) -> Gallery:
    """Render the videos of latents, name to (n, *shape)."""
    here = {name: values.to(model.device) for name, values in latents.items()}
    pieces = (mosaic(to_uint8(piece).cpu(), columns) for piece in model.stream(here, clip_shape(model)))
    return Gallery(model, here, labels, columns, piled(frame.numpy() for piece in pieces for frame in piece))


def write_gallery(
    gallery: Gallery, out: Path, record: dict[str, Any], *, flat: bool = False, each: bool = False
) -> list[Path]:
    """Write sheet.png, tiles.mp4, tiles.gif, latents.safetensors and record.json into `out`.

    Args:
        record: Plain data.
        flat: Whether the sheet shows the middle frames in the place of their videos.
        each: Whether to write a video and a file of latents for each as well, into out/each.

    Returns:
        What was written.

    Raises:
        InrkitError: It cannot be written.
    """
    rate = gallery.facts["fps"]
    try:
        out.mkdir(parents=True, exist_ok=True)
        write_png(out / "sheet.png", gallery.sheet(flat=flat))
        for suffix in ("mp4", "gif"):
            write_video(out / f"tiles.{suffix}", gallery.moving, rate)
        save_latents(gallery, out / "latents.safetensors", slice(None), "all, one after another")
        write_atomically(out / "record.json", (json.dumps(plain(record), indent=2) + "\n").encode())
        names = ("sheet.png", "tiles.mp4", "tiles.gif", "latents.safetensors", "record.json")
        return [*(out / name for name in names), *(_write_each(gallery, out / "each", rate) if each else [])]
    except OSError as error:
        raise InrkitError(
            f"{out} cannot be written: {error.strerror or error}", "Make room, or choose another --out."
        ) from error


def save_latents(gallery: Gallery, path: Path, rows: slice, name: str) -> None:
    """Keep the latents of some videos, for `inrkit render --latents`; several are shown one after another."""
    latents = {key: values[rows] for key, values in gallery.latents.items()}
    count, (frames, *_) = len(gallery.labels[rows]), clip_shape(gallery.model)
    found = Found(latents, torch.zeros(count), ["drawn"] * count, 0)
    starts = [frames * index for index in range(count)]
    kept = Kept(found, starts, frames, frames * count, gallery.facts["fps"], name)
    save_found(path, kept, gallery.model)


def _write_each(gallery: Gallery, folder: Path, rate: float) -> list[Path]:
    folder.mkdir(exist_ok=True)
    digits = len(str(len(gallery.labels) - 1))
    files = []
    for index in range(len(gallery.labels)):
        path = folder / f"{index:0{digits}d}.mp4"
        write_video(path, gallery.video(index), rate)
        save_latents(gallery, path.with_suffix(".safetensors"), slice(index, index + 1), path.stem)
        files += [path, path.with_suffix(".safetensors")]
    return files
