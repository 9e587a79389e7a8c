"""The encoder door: clips to latents."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from inrkit.interfaces.types import Decode, Shapes, Spec, Tensors

if TYPE_CHECKING:
    from inrkit.interfaces.clips import ClipBatch


class Encoder(nn.Module):
    """From clips to the latents z that the hypernetwork makes weights of.

    A run builds it as ``Cls(config, spec)``: `spec.clip_shape` and `spec.weights` are known.

    Example, one learned code per training clip (auto-decoding)::

        class Codebook(Encoder):
            def __init__(self, config, spec):
                super().__init__()
                self.latents = self.codes = {"z": (64,)}

    Example, an amortised encoder::

        class Conv(Encoder):
            def __init__(self, config, spec):
                super().__init__()
                self.latents = {"z": (64,)}
                self.net = nn.Sequential(nn.Conv3d(3, 64, 4, 4), nn.AdaptiveAvgPool3d(1), nn.Flatten())

            def forward(self, clips, decode):
                return {"z": self.net(clips.frames.movedim(-1, 1))}  # frames: (B, T, H, W, 3) in [-1, 1]

    Attributes:
        latents: Name to shape of what `forward` returns. Fitting, samplers, interpolation and priors know nothing
            else. None in a shape: one entry per frame.
        codes: Name to shape of what the core learns and keeps for each training clip, if anything.
        space: Whether the clips' latents lie in one space, so that a video lies between two of them; False where they
            mean something for their own clip only. Nothing is then sampled or interpolated at the end of a training.
        clip_frames: T of the training clips: what None in `codes` stands for. The core sets it.
    """

    latents: Shapes = MappingProxyType({})
    codes: Shapes = MappingProxyType({})
    space: bool = True
    clip_frames: int = 1

    def __init__(self, config: object = None, spec: Spec | None = None) -> None:
        super().__init__()

    def initial_codes(self) -> Tensors:
        """The codes of one new clip, name to tensor of its shape. Given: normal, of standard deviation 0.01.

        The core seeds torch's generator before each call, so plain ``torch.randn`` is reproducible here.
        """
        return {
            name: 0.01 * torch.randn([self.clip_frames if n is None else n for n in shape])
            for name, shape in self.codes.items()
        }

    def features(self, frames: Tensor) -> Tensors:
        """What frozen networks see, computed once per clip and kept: (B, T, H, W, 3) -> name to (B, ...). Given: {}."""
        return {}

    def features_key(self) -> str:
        """All that `features` depends on but the frames, as text: which networks, by their weights' hash, and how.

        Features of a training are then kept beside its clips, and found there by the next one. Given: "", kept nowhere.
        """
        return ""

    def check(self) -> None:
        """Refuse, by :class:`inrkit.BadInput`, what a training would fail of: files that `features` needs.

        Asked before a training writes anything; a model that is only rendered is never asked. Given: nothing.
        """

    def forward(self, clips: ClipBatch, decode: Decode) -> Tensors:
        """The latents of `clips`: name to (B, *shape).

        Args:
            clips: What was seen of some clips, with their codes and features.
            decode: ``decode(latents, coords) -> rgb``, for encoders that find z by gradient steps; those take them
                under ``torch.enable_grad()``, since fitting and rendering call this without gradients.

        Given: the codes themselves.
        """
        return clips.codes
