"""The official INR-V training step, written anew from what is known of it, as the baseline of train_step.py.

Facts kept: an MLP of 63 -> 256 -> 256 -> 256 -> 256 -> 3 with ReLU; a code for each video, N(0, 0.01); for each of the
ten tensors of the MLP its own ReLU MLP of 256 that makes it from the code, last layers Kaiming / 10; a step evaluates
all coordinates, encodes them anew and keeps gradients with respect to them; L1; one Adam of 1e-4 over everything, so
that the codes of videos that are not in the step move too; optionally a checkpoint after each step. What is left out,
here and on our side: LPIPS, for which there are no weights.
"""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor, nn

WIDTH, HIDDEN, OCTAVES = 256, 3, 10


class OfficialINRV(nn.Module):
    """Codes, ten MLPs that make weights, and the MLP that uses them.

    Args:
        videos: How many there are codes for.
        code: Numbers in a code.
    """

    def __init__(self, videos: int, code: int) -> None:
        super().__init__()
        self.codes = nn.Embedding(videos, code)
        nn.init.normal_(self.codes.weight, std=0.01)
        sizes = [3 + 6 * OCTAVES, *[WIDTH] * (HIDDEN + 1), 3]
        self.shapes = [(fan_out, fan_in) for fan_in, fan_out in pairwise(sizes)]
        self.heads = nn.ModuleList(
            _head(code, count) for fan_out, fan_in in self.shapes for count in (fan_out * fan_in, fan_out)
        )

    def forward(self, index: Tensor, coords: Tensor) -> Tensor:
        """Colours (B, N, 3) of the videos `index` (B,) at `coords` (B, N, 3)."""
        codes = self.codes(index)
        made = [head(codes) for head in self.heads]
        values = _encode(coords)
        for layer, (fan_out, fan_in) in enumerate(self.shapes):
            weight, bias = made[2 * layer].view(-1, fan_out, fan_in), made[2 * layer + 1]
            values = torch.baddbmm(bias[:, None], values, weight.transpose(1, 2))
            if layer < len(self.shapes) - 1:
                values = values.relu()
        return values


class OfficialTraining:
    """The official loop, a step at a time.

    Args:
        clips: uint8 (N, T, H, W, 3).
        batch: Clips in a step.
        checkpoint: Written after each step, if given.
    """

    def __init__(self, clips: Tensor, code: int, batch: int, checkpoint: Path | None = None) -> None:
        self.clips, self.batch, self.checkpoint = clips, batch, checkpoint
        self.model = OfficialINRV(len(clips), code)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-4)
        axes = [torch.linspace(-1, 1, size) for size in clips.shape[1:4]]
        self.grid = torch.stack(torch.meshgrid(*axes, indexing="ij"), dim=-1).view(1, -1, 3)
        self._order: list[int] = []

    def step(self) -> int:
        """One step of the optimiser; the number of clips in it."""
        if len(self._order) < self.batch:
            self._order += torch.randperm(len(self.clips)).tolist()
        index = torch.tensor([self._order.pop(0) for _ in range(self.batch)])
        coords = self.grid.expand(self.batch, -1, -1).clone().requires_grad_()
        target = self.clips[index].flatten(1, 3).float() / 127.5 - 1
        loss = (self.model(index, coords) - target).abs().mean()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        if self.checkpoint is not None:
            torch.save(self.model.state_dict(), self.checkpoint)
        return self.batch

    @torch.no_grad()
    def psnr(self) -> float:
        """Of all clips on all pixels, in dB, a mean over clips."""
        values = []
        for number, clip in enumerate(self.clips):
            rgb = self.model(torch.tensor([number]), self.grid).clamp(-1, 1).view(clip.shape)
            error = ((rgb - (clip.float() / 127.5 - 1)) / 2).square().mean().item()
            values.append(-10 * math.log10(error))
        return sum(values) / len(values)


def _head(code: int, count: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for width in (code, *[WIDTH] * HIDDEN):
        layers += [nn.Linear(width, WIDTH), nn.ReLU()]
    layers.append(nn.Linear(WIDTH, count))
    for layer in layers[::2]:
        assert isinstance(layer, nn.Linear)
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    with torch.no_grad():
        layers[-1].weight /= 10  # type: ignore[operator]
    return nn.Sequential(*layers)


def _encode(coords: Tensor) -> Tensor:
    """(…, 3) to (…, 63): as they are, and sine and cosine of each octave."""
    angles = [2**octave * math.pi * coords for octave in range(OCTAVES)]
    return torch.cat([coords, *(each for angle in angles for each in (angle.sin(), angle.cos()))], dim=-1)
