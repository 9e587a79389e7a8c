"""The three components put together: the one module that is trained, saved and rendered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from inrkit.interfaces.clips import ClipBatch
from inrkit.interfaces.coordinates import grid
from inrkit.interfaces.encoder import Encoder
from inrkit.interfaces.hypernetwork import HyperNetwork
from inrkit.interfaces.inr import INR
from inrkit.interfaces.types import Output, Shape, Tensors

if TYPE_CHECKING:
    from inrkit.engine.config import RunConfig

PIECE = 65_536
"""How many pixels, over all clips of a batch, are rendered at once."""


class VideoModel(nn.Module):
    """A space of videos: clips to latents to weights to rgb.

    Attributes:
        encoder, hypernetwork, inr: The three components.
        codes: Name to (N, *shape), what was learned for each training clip; {} until loaded.
        latents: Name to (N, *shape), the latents of the training clips; {} until loaded.
        config: How the run was made; None until trained or loaded.
    """

    def __init__(self, encoder: Encoder, hypernetwork: HyperNetwork, inr: INR) -> None:
        super().__init__()
        self.encoder = encoder
        self.hypernetwork = hypernetwork
        self.inr = inr
        self.codes: Tensors = {}
        self.latents: Tensors = {}
        self.config: RunConfig | None = None

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
        return Output(self.evaluate(coords, weights, len(clips)), latents, weights)

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
        """Whole videos at any size and frame rate, in pieces of bounded memory.

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
        pieces = [self.evaluate(piece, weights, count).flatten(1, -2) for piece in self._pieces(shape, count)]
        video: Tensor = torch.cat(pieces, 1).unflatten(1, shape)
        return video

    def _pieces(self, shape: Shape, count: int) -> Iterator[Tensor]:
        """The grid of `shape` in pieces that the INR can compute by themselves."""
        device = self.device
        budget = max(1, PIECE // max(1, count))
        frames, height, width = shape
        if self.inr.unit == "clip":
            yield grid(shape, device=device)
            return
        for group in torch.arange(frames).split(max(1, budget // (height * width))):
            whole = grid(shape, group, device)
            if self.inr.unit == "frame":
                yield whole
            else:
                yield from whole.flatten(1, -2).split(budget, 1)

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
        rgb = self.inr.evaluate(coords, weights).float()
        if self.inr.unit == "point":
            rgb = rgb.unflatten(1, places)
        return rgb.expand(max(count, len(rgb)), *rgb.shape[1:])


def _count(tensors: Tensors) -> int:
    """B of name to (B, ...); 1 where there are none, for then all videos are one."""
    return len(next(iter(tensors.values()))) if tensors else 1
