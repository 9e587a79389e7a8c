"""One learned code per training clip: auto-decoding, as in DeepSDF (Park et al., CVPR 2019) and INR-V."""

from __future__ import annotations

from inrkit.builtin.options import CodebookOptions
from inrkit.interfaces import Encoder, Spec


class Codebook(Encoder):
    """The latent of a training clip is a code of its own, learned with the model; nothing is computed from pixels.

    Latents: ``{"z": (size,)}``, starting from a normal distribution of standard deviation 0.01.
    """

    def __init__(self, config: CodebookOptions, spec: Spec) -> None:
        super().__init__()
        self.latents = self.codes = {"z": (config.size,)}
