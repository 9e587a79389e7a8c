"""The sampler door: new latents from those of the training clips."""

from __future__ import annotations

import torch

from inrkit.interfaces.types import Tensors


class Sampler:
    """Draws latents of videos that never existed.

    A run builds it as ``Cls(config)``.

    Example::

        class Gaussian(Sampler):
            def fit(self, latents):
                self.mean = {k: v.mean(0) for k, v in latents.items()}
                self.std = {k: v.std(0) for k, v in latents.items()}

            def sample(self, n, generator):
                return {k: m + self.std[k] * torch.randn(n, *m.shape, generator=generator)
                        for k, m in self.mean.items()}
    """

    def __init__(self, config: object = None) -> None:
        pass

    def fit(self, latents: Tensors) -> None:
        """Learn from the latents of the training clips: name to (N, *shape)."""
        raise NotImplementedError

    def sample(self, n: int, generator: torch.Generator) -> Tensors:
        """`n` new latents: name to (n, *shape); every random number comes from `generator`."""
        raise NotImplementedError
