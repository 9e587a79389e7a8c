"""Every frame is seen by a sensor of few pixels."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from inrkit import BadInput, Observation, ObservationTask, Shape, Unit
from inrkit_superresolution.options import Settled, SuperresolutionOptions, sides

PAPER = 32 / 100
"""Of a clip's rows, those that INR-V's released code sees."""


class AreaAverage(Observation):
    """Each frame as the means over the areas of larger pixels, as a sensor measures light.

    Args:
        high, low: (height, width) of a clip, and of what is seen.
        truth: As of every observation.
    """

    unit: Unit = "frame"

    def __init__(self, high: tuple[int, int], low: tuple[int, int], *, truth: bool = True) -> None:
        super().__init__()
        self.high, self.truth = high, truth
        self.rows, self.columns = (shares(*pair) for pair in zip(high, low, strict=True))

    def see(self, rgb: Tensor) -> Tensor:
        """(B, F, H, W, 3) to (B, F, h, w, 3)."""
        return torch.einsum("yh,bfhwc,xw->bfyxc", self.rows.to(rgb), rgb, self.columns.to(rgb))

    def fill(self, seen: Tensor) -> Tensor:
        """Enlarged by bicubic interpolation: (B, F, h, w, 3) to (B, F, H, W, 3)."""
        frames = seen.flatten(0, 1).permute(0, 3, 1, 2)
        large = F.interpolate(frames, size=self.high, mode="bicubic", align_corners=False).clamp(-1, 1)
        return large.permute(0, 2, 3, 1).reshape(*seen.shape[:2], *self.high, 3)


class Superresolution(ObservationTask):
    """Of clips the means over larger pixels are seen: ``low`` rows of them, or those of the video itself."""

    baseline_name = "bicubic"

    def settle(self, clip_shape: Shape, pixels: tuple[int, int], options: object) -> object:
        """The options; of a video that is what is seen, with how many of its pixels a clip shows.

        Raises:
            BadInput: ``low`` is no fewer rows than the video has, or these are no fewer than those of a clip.
        """
        assert isinstance(options, SuperresolutionOptions)
        (rows, _), height = pixels, clip_shape[1]
        if options.low is not None:
            if options.low < rows:
                return options
            raise BadInput(
                f"--low {options.low} is no reduction: clips of the run show {rows} rows of the video",
                f"Use a --low of at most {rows - 1}, or none: then the video is what is seen.",
            )
        if rows >= height:
            raise BadInput(
                f"there is nothing to recover: clips of the run have {height} rows, and show {rows} of the video",
                "Add --low N to reduce the video first, or use a run of larger clips (with --direct, a larger --size).",
            )
        return Settled(**options.model_dump(), pixels=pixels, scale=height / rows)

    def observe(self, clip_shape: Shape, options: object, generator: torch.Generator) -> Observation:
        """The area averages.

        Raises:
            BadInput: A clip has no more rows than are to be seen.
        """
        assert isinstance(options, SuperresolutionOptions)
        _, height, width = clip_shape
        if options.low is None:
            pixels = options.pixels if isinstance(options, Settled) else (height, width)
            return AreaAverage((height, width), pixels, truth=False)
        if options.low >= height:
            raise BadInput(
                f"--low {options.low} leaves nothing to recover: clips of the run have {height} rows",
                f"Use a --low of at most {height - 1}." if height > 1 else "Use a run of larger clips.",
            )
        return AreaAverage((height, width), (options.low, max(1, round(width * options.low / height))))

    def result(self, shape: Shape, options: object) -> Shape:
        """As ``size`` says; else as the video is, or where it is what is seen, such that clips are not enlarged."""
        assert isinstance(options, SuperresolutionOptions)
        frames, height, width = shape
        if options.size is not None:
            wanted, across = sides(options.size)
            return frames, wanted, across or max(1, round(wanted * width / height))
        scale = options.scale if isinstance(options, Settled) else 1.0
        return frames, max(1, round(height * scale)), max(1, round(width * scale))

    def baseline(self, clips: Tensor, observation: Observation) -> Tensor:
        """Bicubic enlargement of what is seen: of a video that is what is seen, the clips themselves are that."""
        return super().baseline(clips, observation) if observation.truth else clips

    def paper(self, clip_shape: Shape, options: object) -> object:
        """32 rows of 100, in proportion."""
        assert isinstance(options, SuperresolutionOptions)
        return options.model_copy(update={"low": max(1, round(PAPER * clip_shape[1]))})


def shares(high: int, low: int) -> Tensor:
    """(low, high): how much of each of `low` equal parts of a line each of its `high` pixels fills; rows sum to 1."""
    begin = torch.arange(low, dtype=torch.float64)[:, None] * high / low
    pixel = torch.arange(high, dtype=torch.float64)
    overlap = (begin + high / low).minimum(pixel + 1) - begin.maximum(pixel)
    return overlap.clamp(min=0) * low / high
