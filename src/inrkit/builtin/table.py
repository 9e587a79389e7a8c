"""Codes that are the weights themselves: one network per video, as the paper's Single-INR."""

from __future__ import annotations

from inrkit.interfaces import Encoder, Spec, Tensors


class Table(Encoder):
    """The code of a clip is its INR's weights, starting at the INR's own initialisation. Goes with ``identity``.

    Latents: the names and shapes of `spec.weights`. Between the weights of two networks there is no video.
    """

    space = False

    def __init__(self, config: object, spec: Spec) -> None:
        super().__init__()
        self.latents = self.codes = {name: tuple(weight.shape) for name, weight in spec.weights.items()}
        self._start = {name: weight.clone() for name, weight in spec.weights.items()}

    def initial_codes(self) -> Tensors:
        """The INR's own initialisation, the same for every clip."""
        return {name: weight.clone() for name, weight in self._start.items()}
