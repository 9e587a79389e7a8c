"""The words that every door uses: units, named tensors, and what a component may know when it is built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from torch import Tensor

Unit = Literal["point", "frame", "clip"]
"""The smallest piece that can be computed, judged or observed by itself: a pixel, a frame, or the whole clip."""

UNITS: tuple[Unit, ...] = ("point", "frame", "clip")

Shape = tuple[int, int, int]
"""Of a video: (T, H, W)."""

Tensors = dict[str, Tensor]
"""Latents, codes, features or weights: name to (B, *shape)."""

Shapes = Mapping[str, tuple[int | None, ...]]
"""Name to shape without the batch axis. None stands for one entry per frame of the clip."""

Decode = Callable[[Tensors, Tensor], Tensor]
"""decode(latents, coords) -> rgb, see :meth:`inrkit.VideoModel.decode`."""


def coarsest(*units: Unit) -> Unit:
    """The coarsest of `units`; work that involves all of them must be done at this one.

    >>> coarsest("point", "frame")
    'frame'
    """
    return max(units, key=UNITS.index)


@dataclass(frozen=True)
class Spec:
    """What a component may know when it is built: a run builds the INR, then the encoder, then the hypernetwork.

    Attributes:
        clip_shape: (T, H, W) of the training clips; known to all.
        weights: One good initial set of what differs per video, name to tensor without a batch axis; known once the
            INR stands. A copy to start from: the spec itself is not saved with the run.
        latents: Name to shape of what the encoder returns; known once the encoder stands.
    """

    clip_shape: Shape
    weights: Tensors = field(default_factory=dict)
    latents: Shapes = field(default_factory=dict)


class Sample(NamedTuple):
    """A piece of some clips to learn from: compare ``see(rgb at coords)`` with `target`.

    Attributes:
        coords: (B|1, N, 3) for unit "point", (B|1, F, H, W, 3) for "frame" and "clip"; float32 in [-1, 1].
        target: What was seen there; for the plain observation rgb in [-1, 1] of the shape (B, *coords.shape[1:]).
        see: From rgb at `coords` to what is compared with `target`; the identity for the plain observation.
        share: (B|1,) the share of `target` that was seen, in (0, 1]. Hidden values are 0 in both, so dividing a mean
            over all values by it gives the mean over the seen ones. 1 for single points, but where all seen points of
            clips with different masks are asked for.
    """

    coords: Tensor
    target: Tensor
    see: Callable[[Tensor], Tensor]
    share: Tensor


class Output(NamedTuple):
    """What a model made of some clips at some coordinates.

    Attributes:
        rgb: (B, *grid, 3) float32, nominally in [-1, 1], not clamped.
        latents: Name to (B, *shape).
        weights: Name to (B, *shape): what the hypernetwork made of the latents.
        codes: Name to (B, *shape): what is learned for each of these clips, of which the encoder made the latents; {}
            where latents were not made of codes.
    """

    rgb: Tensor
    latents: Tensors
    weights: Tensors
    codes: Tensors = {}  # noqa: RUF012 - read, never written


def per_clip(values: Tensor) -> Tensor:
    """The mean of each clip: (B, ...) -> (B,)."""
    return values.flatten(1).mean(1)
