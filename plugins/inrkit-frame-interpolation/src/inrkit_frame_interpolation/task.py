"""A few frames of a clip are seen, or all of them and new ones asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor

from inrkit import BadInput, Observation, ObservationTask, Shape
from inrkit_frame_interpolation.options import InterpolationOptions


class FrameInterpolation(ObservationTask):
    """Some frames are seen whole, and what lies between them is recovered."""

    hides_frames = True
    baseline_name = "linear blend"
    fit_defaults: ClassVar[Mapping[str, Any]] = {"prior": 0.001}  # free, a fit explains the few frames, and no others

    def observe(self, clip_shape: Shape, options: object, generator: torch.Generator) -> Observation:
        """The frames that `options` name; all of them, if new ones are to be put between them.

        Raises:
            BadInput: A clip does not have one of them, fewer than two are seen, or all are.
        """
        assert isinstance(options, InterpolationOptions)
        if options.factor is not None:
            return Observation()
        count = clip_shape[0]
        frames = sorted(set(options.frames(count)))
        if outside := [n for n in frames if not 0 <= n < count]:
            raise BadInput(
                f"--observed {options.observed} asks for frame {outside[0]} of a clip of {count}",
                f"Frames are 0 to {count - 1}, or from the end -1 to {-count}.",
            )
        if not 2 <= len(frames) < count:
            raise BadInput(
                f"seeing {len(frames)} of {count} frames leaves nothing to interpolate",
                "Let two frames or more be seen, and not all of them.",
            )
        mask = torch.zeros(clip_shape, dtype=torch.bool)
        mask[frames] = True
        return Observation(mask)

    def result(self, shape: Shape, options: object) -> Shape:
        """`factor` times the frames."""
        assert isinstance(options, InterpolationOptions)
        frames, height, width = shape
        return frames * (options.factor or 1), height, width

    def baseline(self, clips: Tensor, observation: Observation) -> Tensor:
        """Each hidden frame between its nearest seen neighbours, in proportion; beyond the last seen one, as that."""
        if observation.mask is None:
            return clips
        seen = observation.mask[:, 0, 0].nonzero()[:, 0]
        frames = torch.arange(clips.shape[1], device=seen.device)
        after = seen[torch.searchsorted(seen, frames).clamp(max=len(seen) - 1)]
        before = seen[(torch.searchsorted(seen, frames, right=True) - 1).clamp(min=0)]
        share = (frames - before) / (after - before).clamp(min=1)
        share = torch.where(after > before, share, 0.0).to(clips.dtype).view(-1, 1, 1, 1)
        return torch.lerp(clips[:, before], clips[:, after], share)

    def paper(self, clip_shape: Shape, options: object) -> object:
        """The first frame and the last.

        Raises:
            BadInput: New frames are asked for.
        """
        assert isinstance(options, InterpolationOptions)
        if options.factor is not None:
            raise BadInput("--paper sees the first frame and the last, --factor all of them", "Give one of them.")
        return InterpolationOptions()
