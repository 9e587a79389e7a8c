"""Latents on a plane: the two directions in which they differ most."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from inrkit.interfaces import Tensors


@dataclass
class Projection:
    """Points of a plane, by principal component analysis.

    Attributes:
        points: float64 (N, 2), around 0.
        explained: Share of the variance that each of the two directions has, in [0, 1].
    """

    points: Tensor
    explained: tuple[float, float]


def project(latents: Tensors) -> Projection:
    """The principal components of latents, name to (N, *shape): exact, from the N x N products.

    Each direction is turned such that its largest point is on the positive side.
    """
    flat = torch.cat([values.detach().cpu().flatten(1).double() for values in latents.values()], 1)
    flat = flat - flat.mean(0)
    values, vectors = torch.linalg.eigh(flat @ flat.T)
    values = values.flip(0).clamp_min(0)
    total = float(values.sum())
    if len(values) < 2 or total <= 0:
        return Projection(torch.zeros(len(flat), 2, dtype=torch.float64), (0.0, 0.0))
    points = vectors.flip(1)[:, :2] * values[:2].sqrt()
    largest = points.gather(0, points.abs().argmax(0, keepdim=True))
    points = points * torch.where(largest < 0, -1.0, 1.0)
    return Projection(points, (float(values[0]) / total, float(values[1]) / total))
