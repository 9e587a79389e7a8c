"""Writing videos and pictures, in the format that the suffix names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from inrkit.errors import BadInput
from inrkit.video.atomic import replacing
from inrkit.video.encode import ENCODERS, Encode
from inrkit.video.fit import Pixels


def write_video(path: Path | str, frames: Tensor | Iterable[Tensor], fps: float = 25.0) -> None:
    """Write a video; an old file of that name is replaced once the new one is whole.

    Args:
        path: `.mp4` (H.264, plays anywhere; odd sizes grow by a row or column), `.gif` (repeats for ever), `.mkv`
            (FFV1) or `.apng`, both without loss, or `.png` (a sheet of up to 16 frames). Missing folders are made.
            Never measure anything on an mp4 or a gif: they lose more than most models do.
        frames: uint8 RGB (T, H, W, 3), or pieces of that shape that are written as they come, in bounded memory.
            The colours of a gif are chosen from all frames: beyond 128 MB they wait in a nameless file beside it.
        fps: Frames a second.

    Raises:
        BadInput: for another suffix, or frames that are no video.
        InrkitError: if the file cannot be written.
    """
    path = Path(path)
    encode = encoder_of(path, fps)
    pixels = _pixels([frames] if isinstance(frames, Tensor) else frames, path)
    first = next(pixels, None)
    if first is None:
        raise BadInput(f"{path} cannot be written: it has no frames", "Give at least one.")
    with replacing(path) as unfinished:
        size = (first.shape[0], first.shape[1])
        encode(unfinished, chain([first], pixels), size, Fraction(fps).limit_denominator(1001))


def encoder_of(path: Path, fps: float = 25.0) -> Encode:
    """What will write `path`: ask before frames are made that cannot be written.

    Raises:
        BadInput: for another suffix, a folder, or a rate that no player knows.
    """
    encode = ENCODERS.get(path.suffix.lower())
    if encode is None:
        raise BadInput(f"{path} names no format that can be written", f"Use one of {', '.join(ENCODERS)}.")
    if path.is_dir():
        raise BadInput(f"{path} is a folder", "Name a file.")
    if not 0 < fps < 1000:
        raise BadInput(f"{path} cannot be written with {fps:g} frames a second", "Choose a number such as 25.")
    return encode


def write_png(path: Path | str, image: Tensor) -> None:
    """Write a picture, uint8 RGB (H, W, 3), as PNG; an old file is replaced once the new one is whole.

    Raises:
        InrkitError: if the file cannot be written.
    """
    with replacing(Path(path)) as unfinished:
        Image.fromarray(image.detach().cpu().contiguous().numpy()).save(unfinished, format="PNG")


def _pixels(pieces: Iterable[Tensor], path: Path) -> Iterator[Pixels]:
    """Single frames, uint8 (H, W, 3), all of one size."""
    size: torch.Size | None = None
    for piece in pieces:
        if piece.dtype != torch.uint8 or piece.ndim != 4 or piece.shape[-1] != 3 or not piece.numel():
            found = f"{str(piece.dtype).removeprefix('torch.')} {tuple(piece.shape)}"
            raise BadInput(f"{path} cannot be written: its frames are {found}", "They have to be uint8 (T, H, W, 3).")
        size = size or piece.shape[1:]
        if piece.shape[1:] != size:
            raise BadInput(f"{path} cannot be written: its frames are not of one size", "Make them so.")
        yield from piece.detach().cpu().contiguous().numpy()
