"""INR-V's Gaussian prior as it was meant: codes with a spread of their own, and a divergence that is not always 0.

The official code compares a normal distribution of the table's mean with one of the same deviation around 0. That mean
is about 0 whatever the codes do, and so is the divergence. Here each clip has its own distribution.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from inrkit import ClipBatch, Decode, Encoder, Spec, Tensors
from inrkit_inrv.options import GaussianCodebookOptions

WEIGHT = 0.05
"""Of the official code."""

DEVIATION = 0.01
"""With which codes begin, in both meanings: of the means from clip to clip, and around each mean."""


class GaussianCodebook(Encoder):
    """A learned normal distribution for each clip. Training draws its latent from there; else it is the mean.

    A video must then be right not at a point but around it, which leaves less empty space between videos.

    Latents: ``{"z": (size,)}``. Codes: ``mean`` and ``log_var``, each (size,).
    """

    def __init__(self, config: GaussianCodebookOptions, spec: Spec) -> None:
        super().__init__()
        self.latents = {"z": (config.size,)}
        self.codes = {"mean": (config.size,), "log_var": (config.size,)}
        self._size = config.size

    def initial_codes(self) -> Tensors:
        """Narrow ones near 0."""
        log_var = torch.full((self._size,), 2 * math.log(DEVIATION))
        return {"mean": DEVIATION * torch.randn(self._size), "log_var": log_var}

    def forward(self, clips: ClipBatch, decode: Decode) -> Tensors:
        """{"z": (B, size)}."""
        mean = clips.codes["mean"]
        if not self.training:
            return {"z": mean}
        return {"z": mean + torch.randn_like(mean) * (clips.codes["log_var"] / 2).exp()}


def divergence(codes: Tensors, latents: Tensors) -> Tensor:
    """(B,) KL divergence from the standard normal distribution, mean over numbers.

    Of Gaussian codes (Kingma & Welling, ICLR 2014); of any others, that of a distribution of unit deviation around each
    latent z: z² / 2, as DeepSDF has it (Park et al., CVPR 2019).
    """
    if codes.keys() >= {"mean", "log_var"}:
        mean, log_var = codes["mean"].flatten(1), codes["log_var"].flatten(1)
        return 0.5 * (mean.square() + log_var.exp() - 1 - log_var).mean(1)
    return 0.5 * torch.cat([value.flatten(1) for value in latents.values()], 1).square().mean(1)
