"""The observation door: what can be known of a clip."""

from __future__ import annotations

import torch
from torch import Tensor

from inrkit.interfaces.types import Unit


class Observation:
    """What is seen of a clip: ``see(video where mask)``. This base sees the pixels under `mask`, or all of them.

    Example, only the brightness is seen::

        class Luminance(Observation):
            def see(self, rgb):
                return rgb @ rgb.new_tensor([0.299, 0.587, 0.114]).unsqueeze(-1)

            def fill(self, seen):
                return seen.expand(*seen.shape[:-1], 3)

    Attributes:
        unit: What `see` needs whole. Points, frames and clips never mix: "point" (B, ..., 3) -> (B, ..., k); "frame"
            (B, F, H, W, 3) -> (B, F, ...); "clip" (B, T, H, W, 3) -> (B, ...). May be set in ``__init__``.
        mask: bool, (T, H, W), or (B, T, H, W) where clips differ; True where seen; None sees all. Hidden pixels are
            set to 0 before `see`, and nothing else ever reads them.
        truth: Whether clips are the truth, by which a result is measured. False: they are no more than what was seen,
            such as a small video enlarged, and nothing is measured.

    Args:
        mask: As the attribute.

    Raises:
        ValueError: The mask is not boolean, has the wrong number of axes, or hides everything of some clip.
    """

    unit: Unit = "point"
    mask: Tensor | None
    truth: bool = True

    def __init__(self, mask: Tensor | None = None) -> None:
        if mask is not None:
            if mask.dtype != torch.bool or mask.ndim not in (3, 4):
                raise ValueError(
                    f"a mask is bool and (T,H,W) or (B,T,H,W), this one is {mask.dtype} {tuple(mask.shape)}"
                )
            if not mask.flatten(-3).any(-1).all():
                raise ValueError("the mask hides everything: at least one pixel of every clip must be seen")
        self.mask = mask

    def see(self, rgb: Tensor) -> Tensor:
        """What is seen of `rgb` in [-1, 1]; differentiable; shapes as `unit` says. Given: rgb itself."""
        return rgb

    def seen(self, clips: Tensor) -> Tensor:
        """What was seen of whole clips, as the video shows them; ``see`` of an answer is compared with it.

        Override it where the video itself is what was seen, as by a task that sharpens blurred videos: `clips` as they
        are then, and `truth` False.

        Args:
            clips: (B, T, H, W, 3) in [-1, 1], hidden pixels 0.

        Returns:
            Of the shape of ``see(clips)``. Given: that.
        """
        return self.see(clips)

    def fill(self, seen: Tensor) -> Tensor:
        """A guess at the whole clip from what was seen: all that an encoder gets, and the trivial answer to beat.

        Args:
            seen: What `seen` gives of the whole clip: (B, T, H, W, k), (B, T, ...) or (B, ...) by `unit`.

        Returns:
            (B, T, H, W, 3) in [-1, 1]. Given: `seen` as it is, hidden pixels at 0 (mid grey).
        """
        return seen
