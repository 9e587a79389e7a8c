"""The Fréchet distance between two sets of features (Dowson and Landau, 1982; Heusel et al., 2017)."""

from __future__ import annotations

import torch
from torch import Tensor


def frechet_distance(mean1: Tensor, covariance1: Tensor, mean2: Tensor, covariance2: Tensor) -> float:
    """The squared Fréchet distance between two normal distributions, as FID and FVD are defined.

    ``|m1 - m2|² + tr(C1) + tr(C2) - 2 tr((C1 C2)^½)``, where the last trace is the sum of the singular values of
    ``C1^½ C2^½``. Those of covariances without full rank, as of few samples, are as exact as others: no square root of
    a product that is not symmetric is taken, so nothing becomes complex, and no noise of a vanishing eigenvalue is
    magnified by a square root.

    Args:
        mean1, mean2: (D,).
        covariance1, covariance2: (D, D), symmetric and without negative eigenvalues.

    Returns:
        The distance, computed in float64; what rounding leaves below 0 is 0.

    Raises:
        ValueError: The shapes do not agree, or something is no finite number.
    """
    means = [mean.detach().cpu().double() for mean in (mean1, mean2)]
    covariances = [covariance.detach().cpu().double() for covariance in (covariance1, covariance2)]
    _check(means, covariances)
    roots = [_root(covariance) for covariance in covariances]
    shared = torch.linalg.svdvals(roots[0].T @ roots[1]).sum()
    apart = (means[0] - means[1]).square().sum()
    return max(0.0, float(apart + covariances[0].trace() + covariances[1].trace() - 2 * shared))


def _root(covariance: Tensor) -> Tensor:
    """R with R Rᵀ the covariance; eigenvalues that are nothing but rounding are taken for 0."""
    values, vectors = torch.linalg.eigh((covariance + covariance.T) / 2)
    noise = values.abs().max() * len(values) * torch.finfo(values.dtype).eps
    root: Tensor = vectors * torch.where(values > noise, values, 0.0).sqrt()
    return root


def _check(means: list[Tensor], covariances: list[Tensor]) -> None:
    size = means[0].numel()
    if not size or any(mean.shape != (size,) for mean in means) or any(c.shape != (size, size) for c in covariances):
        shapes = ", ".join(str(tuple(each.shape)) for each in (*means, *covariances))
        raise ValueError(f"two means (D,) and two covariances (D, D) are needed, not {shapes}")
    if not all(bool(each.isfinite().all()) for each in (*means, *covariances)):
        raise ValueError("means and covariances must be finite")
