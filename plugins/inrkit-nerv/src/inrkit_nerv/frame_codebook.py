"""A code for what a clip shows, and one for what each of its frames adds (after VidFuncta, 2025)."""

from __future__ import annotations

from inrkit import Encoder, Spec
from inrkit_nerv.options import FrameCodebookOptions


class FrameCodebook(Encoder):
    """Learned with the model; nothing is computed from pixels. Latents: ``{"z": (size,), "frames": (None, k)}``."""

    def __init__(self, config: FrameCodebookOptions, spec: Spec) -> None:
        super().__init__()
        self.latents = self.codes = {"z": (config.size,), "frames": (None, config.frame_size)}
