"""The three components put together: the one module that is trained, saved and rendered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from inrkit.interfaces.clips import ClipBatch
from inrkit.interfaces.coordinates import grid, points
from inrkit.interfaces.encoder import Encoder
from inrkit.interfaces.hypernetwork import HyperNetwork
from inrkit.interfaces.inr import INR
from inrkit.interfaces.types import Output, Shape, Tensors

if TYPE_CHECKING:
    from inrkit.engine.config import RunConfig

PIECE = 65_536
"""How many pixels, over all clips of a batch, are rendered at once."""

CACHED = 2**19
"""Numbers of a layer that an INR of points computes at once on a CPU, in training as well: see benchmarks/notes.md."""

WIDEST = 512
"""A weight whose last axis is longer is taken for a table or a flat vector, not for a layer so wide."""


class VideoModel(nn.Module):
    """A space of videos: clips to latents to weights to rgb.

    Attributes:
        encoder, hypernetwork, inr: The three components.
        codes: Name to (N, *shape), what was learned for each training clip; {} until loaded.
        latents: Name to (N, *shape), the latents of the training clips; {} until loaded.
        config: How the run was made; None until trained or loaded.
        content: The hash of its weights, by which latents that were kept in a file know it again; "" until loaded.
    """

    def __init__(self, encoder: Encoder, hypernetwork: HyperNetwork, inr: INR) -> None:
        super().__init__()
        self.encoder = encoder
        self.hypernetwork = hypernetwork
        self.inr = inr
        self.codes: Tensors = {}
        self.latents: Tensors = {}
        self.config: RunConfig | None = None
        self.content = ""

    @property
    def device(self) -> torch.device:
        """Where its tensors are; the CPU if it has none."""
        return next((value.device for value in self.state_dict().values()), torch.device("cpu"))

    def forward(self, clips: ClipBatch, coords: Tensor) -> Output:
        """Everything a loss may want to see. All training goes through here.

        Args:
            clips: B clips.
            coords: (B|1, N, 3), or (B|1, F, H, W, 3).
        """
        latents = self.encoder(clips, self.decode)
        weights = self.hypernetwork(latents)
        return Output(self.evaluate(coords, weights, len(clips)), latents, weights, clips.codes)

    def decode(self, latents: Tensors, coords: Tensor) -> Tensor:
        """rgb of latents at coordinates.

        Args:
            latents: Name to (B, *shape).
            coords: (B|1, N, 3) for an INR of points, (B|1, F, H, W, 3) for any.

        Returns:
            (B, *grid, 3) float32, nominally in [-1, 1], not clamped; differentiable.
        """
        return self.evaluate(coords, self.hypernetwork(latents), _count(latents))

    @torch.no_grad()
    def render(self, latents: Tensors, shape: Shape) -> Tensor:
        """Whole videos at any size and frame rate.

        Args:
            latents: Name to (B, *shape).
            shape: (T, H, W) wanted; it may differ from that of the training clips.

        Returns:
            (B, T, H, W, 3) float32, nominally in [-1, 1], not clamped, where the model is.
        """
        return self.render_weights(self.hypernetwork(latents), shape, _count(latents))

    @torch.no_grad()
    def render_weights(self, weights: Tensors, shape: Shape, count: int | None = None) -> Tensor:
        """As :meth:`render`, of weights that were made already, or refined.

        Args:
            weights: Name to (B, *shape), what the hypernetwork returns.
            shape: (T, H, W) wanted.
            count: B, where there are no weights to tell it.
        """
        count = count or _count(weights)
        video = torch.empty(count, *shape, 3, device=self.device)
        first = 0
        for frames in self.stream_weights(weights, shape, count=count):
            video[:, first : first + frames.shape[1]] = frames
            first += frames.shape[1]
        return video

    def stream(self, latents: Tensors, shape: Shape, which: Tensor | None = None) -> Iterator[Tensor]:
        """As :meth:`render`, some frames at a time: videos of any length in bounded memory.

        Example::

            frames = (inrkit.to_uint8(piece[0]) for piece in model.stream(latents, (1000, 512, 512)))
            inrkit.write_video("long.mp4", frames, fps=25)

        Args:
            latents: Name to (B, *shape).
            shape: (T, H, W) of the video.
            which: (F,) int64, the frames of it that are wanted, in any order; None: all.

        Yields:
            (B, f, H, W, 3), in order: as many whole frames as :data:`PIECE` allows, at least one. An INR of unit
            "clip" has to compute all frames at once, and so gives them at once.
        """
        return self.stream_weights(self.hypernetwork(latents), shape, which, _count(latents))

    @torch.no_grad()
    def stream_weights(
        self, weights: Tensors, shape: Shape, which: Tensor | None = None, count: int | None = None
    ) -> Iterator[Tensor]:
        """As :meth:`stream`, of weights; arguments as of :meth:`render_weights`."""
        count = count or _count(weights)
        which = torch.arange(shape[0]) if which is None else which
        if self.inr.unit == "clip":
            yield self.evaluate(grid(shape, device=self.device), weights, count)[:, which.to(self.device)]
            return
        budget, size = max(1, PIECE // max(1, count)), shape[1] * shape[2]
        for group in which.split(max(1, budget // size)):
            if self.inr.unit == "point" and size > budget:
                yield self._one_frame(weights, shape, int(group), count, budget)
            else:
                yield self.evaluate(grid(shape, group, self.device), weights, count)

    def _one_frame(self, weights: Tensors, shape: Shape, frame: int, count: int, budget: int) -> Tensor:
        """(B, 1, H, W, 3): a frame too large to be computed at once, `budget` pixels after another."""
        _, height, width = shape
        rgb = torch.empty(count, height * width, 3, device=self.device)
        for first in range(0, height * width, budget):
            pixels = torch.arange(first, min(first + budget, height * width), device=self.device)
            coords = points(shape, frame * height * width + pixels)[None]
            rgb[:, first : first + budget] = self.evaluate(coords, weights, count)
        return rgb.view(count, 1, height, width, 3)

    def evaluate(self, coords: Tensor, weights: Tensors, count: int | None = None) -> Tensor:
        """rgb of weights at coordinates: the INR alone, at any shape of `coords`.

        Args:
            coords: As for :meth:`decode`.
            weights: Name to (B, *shape).
            count: B, where there are no weights to tell it.

        Returns:
            (B, *grid, 3) float32, nominally in [-1, 1], not clamped; differentiable.
        """
        count = count or _count(weights)
        # A point INR is given flat coordinates, and rgb gets their shape back.
        places = coords.shape[1:-1]
        if self.inr.unit == "point":
            coords = coords.flatten(1, -2)
            parts = coords.split(_points_at_once(coords, weights, count), 1)
            rgb = torch.cat([self.inr.evaluate(part, weights) for part in parts], 1).unflatten(1, places)
        else:
            rgb = self.inr.evaluate(coords, weights)
        values: Tensor = rgb.float()
        return values.expand(max(count, len(values)), *values.shape[1:])


def _points_at_once(coords: Tensor, weights: Tensors, count: int) -> int:
    """Of each of `count` videos: on a CPU, what a layer made of them is still in its cache in the next layer."""
    if coords.device.type != "cpu":
        return max(1, coords.shape[1])
    widest = max((value.shape[-1] for value in weights.values()), default=1)
    return max(1, CACHED // max(1, count * min(widest, WIDEST)))


def _count(tensors: Tensors) -> int:
    """B of name to (B, ...); 1 where there are none, for then all videos are one."""
    return len(next(iter(tensors.values()))) if tensors else 1
