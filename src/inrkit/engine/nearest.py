"""Which training clip a video is nearest to: whether it is new, or was only remembered."""

from __future__ import annotations

import torch
from torch import Tensor

from inrkit.engine.fit import squared_error
from inrkit.engine.gallery import clip_shape
from inrkit.engine.objective import Seen
from inrkit.engine.starts import COARSE, FINALISTS, scores
from inrkit.interfaces import ClipBatch
from inrkit.interfaces.pixels import to_uint8
from inrkit.metrics.psnr import psnr
from inrkit.model import VideoModel

BATCH = 8
"""Videos compared at once."""


def nearest_clips(model: VideoModel, videos: Tensor, seed: int = 0) -> list[tuple[int, float]]:
    """For each video the training clip whose reconstruction is most like it, and the PSNR between them in dB.

    All training clips are scored on a few hundred pixels, the best few on all of them.

    Args:
        model: With the latents of its training clips.
        videos: uint8 (n, T, H, W, 3), of the shape of the run's clips.
    """
    return [pair for group in videos.split(BATCH) for pair in _nearest(model, group, seed)]


@torch.no_grad()
def _nearest(model: VideoModel, videos: Tensor, seed: int) -> list[tuple[int, float]]:
    seen = Seen(model, ClipBatch(videos.to(model.device), seed=seed), squared_error)
    order = scores(seen, seen.some(COARSE)).argsort(dim=0, stable=True)[:FINALISTS].cpu()  # (finalists, n)
    alike = []
    for pick in order:
        latents = {name: values[pick.to(values.device)] for name, values in model.latents.items()}
        alike.append(psnr(to_uint8(model.render(latents, clip_shape(model))).cpu(), videos.cpu()))
    best = torch.stack(alike).max(0)
    picked = order.gather(0, best.indices[None])[0]
    return [(int(clip), float(value)) for clip, value in zip(picked, best.values, strict=True)]
