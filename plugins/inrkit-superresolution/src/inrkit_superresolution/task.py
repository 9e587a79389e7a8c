"""Every frame is seen by a sensor of few pixels."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from inrkit import BadInput, Observation, ObservationTask, Shape, Unit
from inrkit_superresolution.options import SuperresolutionOptions

PAPER = 32 / 100
"""Of a clip's rows, those that INR-V's released code sees."""


class AreaAverage(Observation):
    """Each frame as the means over the areas of larger pixels, as a sensor measures light.

    Args:
        high, low: (height, width) of a clip, and of what is seen.
    """

    unit: Unit = "frame"

    def __init__(self, high: tuple[int, int], low: tuple[int, int]) -> None:
        super().__init__()
        self.high = high
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
    """Clips are seen with ``low`` rows of pixels; the clips themselves are the truth."""

    baseline_name = "bicubic"

    def observe(self, clip_shape: Shape, options: object, generator: torch.Generator) -> Observation:
        """The area averages.

        Raises:
            BadInput: A clip has no more rows than are to be seen.
        """
        assert isinstance(options, SuperresolutionOptions)
        _, height, width = clip_shape
        if options.low >= height:
            raise BadInput(
                f"--low {options.low} leaves nothing to recover: clips of the run have {height} rows",
                f"Use a --low of at most {height - 1}." if height > 1 else "Use a run of larger clips.",
            )
        return AreaAverage((height, width), (options.low, max(1, round(width * options.low / height))))

    def paper(self, clip_shape: Shape, options: object) -> object:
        """32 rows of 100, in proportion."""
        return SuperresolutionOptions(low=max(1, round(PAPER * clip_shape[1])))


def shares(high: int, low: int) -> Tensor:
    """(low, high): how much of each of `low` equal parts of a line each of its `high` pixels fills; rows sum to 1."""
    begin = torch.arange(low, dtype=torch.float64)[:, None] * high / low
    pixel = torch.arange(high, dtype=torch.float64)
    overlap = (begin + high / low).minimum(pixel + 1) - begin.maximum(pixel)
    return overlap.clamp(min=0) * low / high
