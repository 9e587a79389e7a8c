"""Batches of training clips, and their latents."""

from __future__ import annotations

import torch
from torch import Tensor

from inrkit.engine.codes import CodeTable
from inrkit.engine.data import Clips
from inrkit.engine.team import Team
from inrkit.interfaces import ClipBatch, Tensors
from inrkit.model import VideoModel

CHUNK = 16
"""Clips encoded at once."""


def clip_batch(
    clips: Clips, index: Tensor, codes: Tensors, features: Tensors, seed: int, device: torch.device
) -> ClipBatch:
    """The training clips at `index` (B,) with their rows of `codes`, as every encoder gets them."""
    video, rows = clips.source(index)
    own = {name: values[index.to(values.device)].to(device) for name, values in features.items()}
    return ClipBatch(video, rows=rows, index=index, codes=codes, features=own, seed=seed, device=device)


@torch.no_grad()
def training_latents(
    model: VideoModel, clips: Clips, codes: CodeTable, features: Tensors, team: Team | None = None
) -> Tensors:
    """The latents of every training clip: name to (N, *shape). Processes of a team take a part each, and get all."""
    team = team or Team()
    training, device = model.training, codes.visits.device
    model.eval()
    parts = []
    chunks = torch.arange(len(clips), device=device).split(CHUNK)
    for index in chunks[team.part(len(chunks))]:
        rows = {name: values[index] for name, values in codes.rows.items()}
        parts.append(model.encoder(clip_batch(clips, index, rows, features, 0, device), model.decode))
    model.train(training)
    own = {name: torch.cat([part[name].detach() for part in parts]) for name in parts[0]} if parts else {}
    return {name: rows.to(device) for name, rows in team.joined(own).items()}
