"""The floor of principal components: the best linear space of videos there is for some training clips."""

from __future__ import annotations

import torch
from torch import Tensor

from inrkit import to_float, to_uint8
from inrkit.metrics.psnr import psnr

PART = 8
"""Clips that are made at a time."""


def pca_psnr(train: Tensor, clips: Tensor, components: int) -> Tensor:
    """PSNR in dB of uint8 clips (N, T, H, W, 3), each as the mean of the training clips and their best `components`.

    Components are found between the clips, which are fewer than their pixels. Returns (N,); inf where a clip is met.
    """
    flat = to_float(train).flatten(1)
    mean = flat.mean(0)
    flat -= mean
    values, vectors = torch.linalg.eigh((flat @ flat.T).double())
    long = values[-components:].clamp(min=1e-6 * float(values[-1]) + 1e-12)  # no clip points along the others
    axes = (vectors[:, -components:] / long.sqrt()).T.float() @ flat

    def shown(part: Tensor) -> Tensor:
        return to_uint8((mean + (to_float(part).flatten(1) - mean) @ axes.T @ axes).view(part.shape))

    return torch.cat([psnr(shown(part), part) for part in clips.split(PART)])
