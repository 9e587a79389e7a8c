"""Contact sheets: videos as rows of frames with a label before each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from inrkit.errors import BadInput

_PAPER = 255
_INK = (40, 44, 52)
_GAP = 2  # between frames, in pixels
_MARGIN = 8

Picture = NDArray[np.uint8]


def contact_sheet(rows: Sequence[tuple[str, Tensor]], *, columns: int = 8, height: int = 64) -> Tensor:
    """One row of frames for each video, its label on the left.

    Args:
        rows: (label, uint8 RGB (T, H, W, 3)) for each row. A label may have several lines.
        columns: Frames of each row, evenly spaced from the first to the last; fewer if the video is shorter.
        height: About how high a frame is shown, in pixels: it is enlarged by the nearest whole number, never shrunk.

    Returns:
        The sheet, uint8 RGB (height, width, 3).

    Raises:
        BadInput: if there are no rows, or a video has no frames.
    """
    return _sheet([[row] for row in rows], columns, height)


def pair_sheet(
    truth: Sequence[Tensor], result: Sequence[Tensor], labels: Sequence[str], *, columns: int = 8, height: int = 64
) -> Tensor:
    """Each true video with the result right below it, the pairs a little apart. Otherwise as :func:`contact_sheet`.

    Args:
        truth: Videos, uint8 RGB (T, H, W, 3).
        result: As many of them.
        labels: One for each pair, shown beside the true video; the other row says "result".
    """
    if not len(truth) == len(result) == len(labels):
        raise BadInput(
            f"{len(truth)} true videos, {len(result)} results and {len(labels)} labels", "Give as many of each."
        )
    pairs = zip(labels, truth, result, strict=True)
    return _sheet([[(label, above), ("result", below)] for label, above, below in pairs], columns, height)


def _sheet(groups: Sequence[Sequence[tuple[str, Tensor]]], columns: int, height: int) -> Tensor:
    strips = [[(label, _strip(video, columns, height)) for label, video in group] for group in groups]
    flat = [row for group in strips for row in group]
    if not flat:
        raise BadInput("a contact sheet needs a video", "Give at least one row.")
    font = ImageFont.load_default(13)
    brush = ImageDraw.Draw(Image.new("L", (1, 1)))
    left = _MARGIN + max(int(np.ceil(brush.multiline_textbbox((0, 0), label, font)[2])) for label, _ in flat) + _MARGIN
    width = left + max(strip.shape[1] for _, strip in flat) + _MARGIN
    tall = sum(strip.shape[0] + _GAP for _, strip in flat) + _MARGIN * (len(groups) + 1) - _GAP * len(groups)
    sheet = Image.new("RGB", (width, tall), (_PAPER,) * 3)
    brush = ImageDraw.Draw(sheet)
    top = _MARGIN
    for group in strips:
        for label, strip in group:
            brush.multiline_text((_MARGIN, top + strip.shape[0] / 2), label, _INK, font, anchor="lm")
            sheet.paste(Image.fromarray(strip), (left, top))
            top += strip.shape[0] + _GAP
        top += _MARGIN - _GAP
    return torch.from_numpy(np.array(sheet))


def _strip(video: Tensor, columns: int, height: int) -> Picture:
    """Evenly spaced frames side by side, enlarged without blur."""
    if not video.numel():
        raise BadInput("a video without frames cannot be shown", "Leave it out.")
    times = torch.linspace(0, len(video) - 1, min(columns, len(video))).round().long()
    frames = video.detach().cpu()[times].numpy()
    scale = max(1, round(height / frames.shape[1]))
    frames = frames.repeat(scale, axis=1).repeat(scale, axis=2)
    spaced = np.pad(frames, ((0, 0), (0, 0), (0, _GAP), (0, 0)), constant_values=_PAPER)
    return np.concatenate(list(spaced), axis=1)[:, :-_GAP]
