"""A latent for what stays and small ones for what moves, as VidFuncta (2025) splits them; both are learned codes."""

from __future__ import annotations

from inrkit import Encoder, Spec
from inrkit_functa.options import ClipAndFramesOptions


class ClipAndFrames(Encoder):
    """A code for each training clip and one for each of its frames, by auto-decoding.

    Latents: ``{"clip": (size,), "frames": (None, frame_size)}``, starting from a normal distribution of standard
    deviation 0.01.
    """

    def __init__(self, config: ClipAndFramesOptions, spec: Spec) -> None:
        super().__init__()
        self.latents = self.codes = {"clip": (config.size,), "frames": (None, config.frame_size)}
