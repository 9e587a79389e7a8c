"""What the names of StyleGAN-V's video distances stand for (Skorokhodov et al., CVPR 2022)."""

from __future__ import annotations

import re
from dataclasses import dataclass

import torch
from torch import Tensor

from inrkit.errors import BadInput


@dataclass(frozen=True)
class Protocol:
    """How many clips count, and which of their frames.

    Attributes:
        clips: Of each set, the first ones.
        frames: That the detector sees.
        step: From each to the next, in frames of the clip.
    """

    clips: int
    frames: int
    step: int = 1

    @classmethod
    def named(cls, name: str) -> Protocol:
        """Of "fvd2048_16f", "fvd2048_128f" or "fvd2048_128f_subsample8f", and any other counts.

        Raises:
            BadInput: It is no such name.
        """
        found = re.fullmatch(r"fvd([1-9]\d{0,6})_([1-9]\d{0,4})f(?:_subsample([1-9]\d{0,3})f)?", name)
        clips, span, step = (int(number or 1) for number in found.groups()) if found else (0, 0, 1)
        if not found or span % step:
            hint = "As fvd2048_16f or fvd2048_128f_subsample8f, whose 8 divides 128."
            raise BadInput(f"{name!r} is no protocol of fvd", hint)
        return cls(clips, span // step, step)

    @property
    def span(self) -> int:
        """Frames that a clip must have."""
        return self.frames * self.step

    def name(self, real: int, rendered: int) -> str:
        """What it is called with so many clips of each set: never what it was not."""
        subsample = f"_subsample{self.step}f" if self.step > 1 else ""
        other = f"_real{real}" if real != rendered else ""
        return f"fvd{rendered}_{self.span}f{subsample}{other}"

    def cut(self, videos: Tensor, offsets: list[int]) -> Tensor:
        """The frames from each video's own offset on, (B, T, H, W, 3) -> (B, frames, H, W, 3)."""
        last = (self.frames - 1) * self.step + 1
        return torch.stack([video[at : at + last : self.step] for video, at in zip(videos, offsets, strict=True)])

    def offsets(self, length: int) -> int:
        """At how many frames a clip may begin: any that leaves room for the others.

        Raises:
            BadInput: None does.
        """
        if length < self.span:
            raise BadInput(
                f"{self.name(self.clips, self.clips)} needs clips of {self.span} frames, these have {length}",
                f"Use longer clips, or another protocol, as fvd{self.clips}_{length}f; I3D itself needs 10 frames.",
            )
        return length - (self.frames - 1) * self.step
