"""One sine network (SIREN, Sitzmann et al., NeurIPS 2020) for all videos, modulated by each (functa, ICML 2022)."""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import Tensor, nn

from inrkit import INR, Spec, Tensors
from inrkit_functa.options import ModulatedSirenOptions


class ModulatedSiren(INR):
    """(t, y, x) -> sine layers -> linear -> rgb; each video adds to what goes into the sines.

    A layer is ``sin(w0 (W x + b + shift))``: W and b are all videos' own, `shift` is one video's (Dupont et al., "From
    data to functa", section 3.1). With `rank`, a video adds ``up @ down`` to W as well, in every layer but the first.
    With `per_frame`, a video has shifts for each of its frames, joined linearly between them (VidFuncta, 2025).

    Per video: "shift" (layers, width), or (F, layers, width) for any number F of frames; and with `rank` "up"
    (layers - 1, width, rank) and "down" (layers - 1, rank, width).
    """

    def __init__(self, config: ModulatedSirenOptions, spec: Spec) -> None:
        super().__init__()
        self._w0, self._per_frame = config.w0, config.per_frame
        sizes = [3] + [config.width] * config.layers
        layers = [nn.Linear(i, o) for i, o in pairwise(sizes)]
        self.layers, self.out = nn.ModuleList(layers), nn.Linear(config.width, 3)
        _start([*layers, self.out], config.w0)
        frames = (1,) if config.per_frame else ()
        self.shift = nn.Parameter(torch.zeros(*frames, config.layers, config.width))
        self.per_video("shift")
        if config.rank:
            self.up = nn.Parameter(torch.zeros(config.layers - 1, config.width, config.rank))
            self.down = nn.Parameter(
                torch.randn(config.layers - 1, config.rank, config.width) / math.sqrt(config.width)
            )
            self.per_video("up")
            self.per_video("down")

    def forward(self, coords: Tensor) -> Tensor:
        """One video: (N, 3) -> (N, 3)."""
        weights = {name: value[None] for name, value in self.initial_weights().items()}
        return self.evaluate(coords[None], weights)[0]

    def evaluate(self, coords: Tensor, weights: Tensors) -> Tensor:
        """Many videos: (B|1, N, 3) -> (B, N, 3). The products with W are of all points of all videos at once."""
        between = _between(coords[..., 0], weights["shift"].shape[1]) if self._per_frame else None
        hidden = coords
        for i, layer in enumerate(self.layers):
            shift = weights["shift"][..., i, :]
            moved = layer(hidden) + (shift.unsqueeze(1) if between is None else between.to(shift.dtype) @ shift)
            if i and "up" in weights:
                moved = moved + hidden @ weights["down"][:, i - 1].mT @ weights["up"][:, i - 1].mT
            hidden = (self._w0 * moved).sin()
        rgb: Tensor = self.out(hidden)
        return rgb


@torch.no_grad()
def _start(layers: list[nn.Linear], w0: float) -> None:
    """SIREN's: what the weights put into every sine but the first has a standard deviation of one."""
    layers[0].weight.uniform_(-1 / 3, 1 / 3)
    for layer in layers[1:]:
        bound = math.sqrt(6 / layer.in_features) / w0
        layer.weight.uniform_(-bound, bound)


def _between(time: Tensor, frames: int) -> Tensor:
    """How much of each frame a point takes: times (..., N) in [-1, 1] -> (..., N, frames), each row of sum one."""
    place = (time + 1) / 2 * (frames - 1)
    return (1 - (place[..., None] - torch.arange(frames, device=time.device)).abs()).clamp_min(0)
