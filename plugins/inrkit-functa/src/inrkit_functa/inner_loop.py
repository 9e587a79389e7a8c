"""Latents by a few gradient steps: CAVIA (Zintgraf et al., ICML 2019) with Meta-SGD's rates, as functa has it."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from inrkit import ClipBatch, Decode, Encoder, Spec, Tensors, per_clip
from inrkit_functa.options import InnerLoopOptions


class InnerLoop(Encoder):
    """From a learned start, `steps` steps down the squared error of what was seen, at learned rates.

    Training goes through the steps to the start, the rates and the network (with `second_order`, through their
    gradients too), so that few of them are enough. Once trained, it takes `sure_steps` of them and sees more points,
    as COIN++ does (Dupont et al., TMLR 2022). It works with INRs of points, and sees whatever was observed.

    Latents: ``{"z": (size,)}``. No code is kept for a training clip: its latent is computed whenever it is asked for.
    """

    def __init__(self, config: InnerLoopOptions, spec: Spec) -> None:
        super().__init__()
        self._config = config
        self.latents = {"z": (config.size,)}
        self.start = nn.Parameter(torch.zeros(config.size))
        self.log_rates = nn.Parameter(torch.zeros(config.size))  # of their own size, so that no step overturns them

    def forward(self, clips: ClipBatch, decode: Decode) -> Tensors:
        """{"z": (B, size)}."""
        create = self.training and torch.is_grad_enabled() and self._config.second_order
        with torch.enable_grad():
            rates = self._config.rate * self.log_rates.exp()
            z = self.start.expand(len(clips), -1)
            z = z if z.requires_grad else z.clone().requires_grad_()
            for _ in range(self._config.steps if self.training else self._config.sure_steps):
                (slope,) = torch.autograd.grad(self._error(z, clips, decode).sum(), z, create_graph=create)
                z = z - rates * slope
        return {"z": z}

    def _error(self, z: Tensor, clips: ClipBatch, decode: Decode) -> Tensor:
        """(B,), of some of what was seen: few points are enough to learn from, more make a found latent surer."""
        seen = clips.sample("point", self._config.points if self.training else self._config.sure_points)
        return per_clip((seen.see(decode({"z": z}, seen.coords)) - seen.target).square()) / seen.share
