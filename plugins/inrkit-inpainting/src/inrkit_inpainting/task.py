"""A part of the picture is hidden."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from inrkit import BadInput, Observation, ObservationTask, Shape
from inrkit_inpainting.options import Half, InpaintingOptions, corners


class Inpainting(ObservationTask):
    """A half of every frame is seen, or all but a box or a mask."""

    baseline_name = "mean colour"

    def observe(self, clip_shape: Shape, options: object, generator: torch.Generator) -> Observation:
        """The half of a clip that is kept; all of it where a box or a mask of the input hides something.

        Raises:
            BadInput: A clip has only one row, or column, to halve.
        """
        assert isinstance(options, InpaintingOptions)
        return Observation() if options.half is None else Observation(half(clip_shape, options.half))

    def hidden(self, shape: Shape, options: object) -> Tensor | Path | None:
        """The box, or the file of the mask.

        Raises:
            BadInput: The box lies outside of the picture in part.
        """
        assert isinstance(options, InpaintingOptions)
        return options.mask if options.box is None else in_box(shape, options.box)

    def baseline(self, clips: Tensor, observation: Observation) -> Tensor:
        """The mean colour of all that is seen of a clip, wherever it is hidden."""
        if observation.mask is None:
            return clips
        mask = observation.mask[..., None].expand(clips.shape)
        seen = torch.where(mask, clips, 0.0)
        mean = seen.sum((1, 2, 3), keepdim=True) / mask.sum((1, 2, 3), keepdim=True)
        return torch.where(mask, clips, mean)

    def paper(self, clip_shape: Shape, options: object) -> object:
        """The top half is seen."""
        return InpaintingOptions(keep="top")


def half(shape: Shape, which: Half) -> Tensor:
    """bool (T, H, W), True in that half of (T, H, W); of an odd side it is the smaller part."""
    axis = 1 if which in ("top", "bottom") else 2
    size = shape[axis]
    if size < 2:
        raise BadInput(f"a clip of {shape[1]}x{shape[2]} has no {which} half", "Use a run of larger clips.")
    mask = torch.zeros(shape, dtype=torch.bool)
    mask.narrow(axis, 0 if which in ("top", "left") else size - size // 2, size // 2).fill_(True)
    return mask


def in_box(shape: Shape, box: str) -> Tensor:
    """bool (H, W), True in the box."""
    (_, height, width), (y0, x0, y1, x1) = shape, corners(box)
    if min(y0, x0) < 0 or y1 > height or x1 > width:
        raise BadInput(
            f"the box {box} lies outside of a picture of {height}x{width}",
            f"y0,x0,y1,x1 are pixels of the input: from 0,0 to {height},{width}.",
        )
    mask = torch.zeros(height, width, dtype=torch.bool)
    mask[y0:y1, x0:x1] = True
    return mask
