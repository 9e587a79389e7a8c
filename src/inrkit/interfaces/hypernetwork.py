"""The hypernetwork door: latents to weights."""

from __future__ import annotations

from torch import nn

from inrkit.interfaces.types import Spec, Tensors


class HyperNetwork(nn.Module):
    """From latents to the weights of each video's INR.

    A run builds it as ``Cls(config, spec)``: `spec.weights` and `spec.latents` are known. Begin at the INR's own
    initialisation: copy `spec.weights` into a bias or base, for the spec is not saved, and add small deviations.

    Example::

        class Linear(HyperNetwork):
            def __init__(self, config, spec):
                super().__init__()
                ((name, (size,)),) = spec.latents.items()
                self.name, self.shapes = name, {n: w.shape for n, w in spec.weights.items()}
                self.heads = nn.ModuleList(nn.Linear(size, w.numel()) for w in spec.weights.values())
                for head, weight in zip(self.heads, spec.weights.values()):
                    nn.init.normal_(head.weight, std=0.003)
                    head.bias.data.copy_(weight.flatten())

            def forward(self, latents):
                z = latents[self.name]
                return {n: head(z).view(-1, *shape) for head, (n, shape) in zip(self.heads, self.shapes.items())}
    """

    def __init__(self, config: object = None, spec: Spec | None = None) -> None:
        super().__init__()

    def forward(self, latents: Tensors) -> Tensors:
        """The weights: exactly the names of `spec.weights`, each (B, *shape). Given: the latents themselves."""
        return latents
