"""From the pixels of a clip to its latent in one pass: tubelets and a small vision transformer (ViT, ViViT, 2021)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from inrkit import ClipBatch, Decode, Encoder, Spec, Tensors
from inrkit_transformer.attention import Block
from inrkit_transformer.options import VitOptions


class Vit(Encoder):
    """Tubelets -> linear -> transformer blocks -> all tokens side by side -> linear -> a latent of mean square one.

    A clip of any shape is seen as area averages, ``tokens * patch`` of them along each axis, so that the work is the
    same for all. They never change, so they are computed once for each training clip and kept. Of clips partly seen,
    it is given what the observation fills in.

    Latents: ``{"z": (size,)}``. No code is kept for a training clip.
    """

    def __init__(self, config: VitOptions, spec: Spec) -> None:
        super().__init__()
        self._tokens, self._patch = config.tokens, config.patch
        self.latents = {"z": (config.size,)}
        count = math.prod(config.tokens)
        self.common = Common((count, 3 * math.prod(config.patch)))
        self.embed = nn.Linear(3 * math.prod(config.patch), config.width)
        self.places = nn.Parameter(0.1 * torch.randn(count, config.width))
        self.blocks = nn.Sequential(*(Block(config.width, config.heads) for _ in range(config.depth)))
        self.norm = nn.LayerNorm(config.width)
        self.head = nn.Linear(count * config.width, config.size)

    def features(self, frames: Tensor) -> Tensors:
        """{"tubelets": (B, tokens, values)}, in half precision: finer than the 256 levels of a pixel."""
        return {"tubelets": self._tubelets(frames).half()}

    def forward(self, clips: ClipBatch, decode: Decode) -> Tensors:
        """{"z": (B, size)}."""
        tubelets = clips.features["tubelets"].to(self.embed.weight.dtype)
        tokens = self.blocks(self.embed(self.common(tubelets)) + self.places)
        z = self.head(self.norm(tokens).flatten(1))
        return {"z": nn.functional.rms_norm(z, z.shape[-1:])}

    def _tubelets(self, frames: Tensor) -> Tensor:
        """(B, T, H, W, 3) -> (B, tokens, values of a tubelet)."""
        for axis, (tokens, patch) in enumerate(zip(self._tokens, self._patch, strict=True), 1):
            frames = resample(frames, axis, tokens * patch)
        (t, y, x), (pt, py, px) = self._tokens, self._patch
        cut = frames.view(-1, t, pt, y, py, x, px, 3).permute(0, 1, 3, 5, 2, 4, 6, 7)
        return cut.reshape(len(frames), t * y * x, -1)


class Common(nn.Module):
    """Takes out what all clips have in common, which is most of them, so that latents differ from the first step on.

    The mean of each value, and one spread of all, over what was seen in training so far. A clip never sees the others
    of its batch but by these.
    """

    mean: Tensor
    variance: Tensor
    steps: Tensor

    def __init__(self, shape: tuple[int, int]) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(shape))
        self.register_buffer("variance", torch.ones(()))
        self.register_buffer("steps", torch.zeros(()))

    def forward(self, values: Tensor) -> Tensor:
        """(B, *shape) -> the same, of mean 0 and spread 1 over all clips."""
        if self.training:
            self._see(values.detach())
        return (values - self.mean) / (self.variance + 1e-4).sqrt()

    def _see(self, values: Tensor) -> None:
        self.steps += 1
        self.mean += (values.mean(0) - self.mean) / self.steps
        self.variance += ((values - self.mean).square().mean() - self.variance) / self.steps


def resample(values: Tensor, axis: int, length: int) -> Tensor:
    """`length` averages of equal parts along `axis`."""
    old = values.shape[axis]
    if old % length == 0:
        return values.unflatten(axis, (length, old // length)).mean(axis + 1)  # type: ignore[no-any-return]
    edges = torch.arange(old, dtype=torch.float64)
    starts = torch.arange(length, dtype=torch.float64)[:, None] * (old / length)
    overlap = torch.minimum(edges + 1, starts + old / length) - torch.maximum(edges, starts)
    shares = (overlap.clamp_min(0) * (length / old)).to(values)
    averages: Tensor = torch.tensordot(shares, values, ([1], [axis])).movedim(0, axis)
    return averages
