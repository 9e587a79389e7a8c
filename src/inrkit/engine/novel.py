"""Pictures of videos that never existed, drawn at the end of a run."""

from __future__ import annotations

import torch

from inrkit.engine.between import line
from inrkit.engine.runs import Run
from inrkit.interfaces import Tensors
from inrkit.interfaces.pixels import to_uint8
from inrkit.interfaces.seeds import generator
from inrkit.model import VideoModel
from inrkit.report.sheets import contact_sheet
from inrkit.samplers.slerp import Slerp
from inrkit.video import write_png, write_video

NOVEL, STEPS = 4, 8


def draw_novel(run: Run, model: VideoModel) -> None:
    """Four points between training latents: novel.png, and side by side novel.mp4."""
    sampler = Slerp()
    sampler.fit({name: values.cpu() for name, values in model.latents.items()})
    latents = sampler.sample(NOVEL, generator(run.config.seed, "novel"))
    _draw(run, model, latents, "novel", [f"novel {i + 1}" for i in range(NOVEL)])


def draw_interpolation(run: Run, model: VideoModel) -> None:
    """The way from the first training clip to the last: interpolation.png, and side by side interpolation.mp4."""
    ends = {name: values[[0, -1]].cpu() for name, values in model.latents.items()}
    labels = [f"{100 * index / (STEPS - 1):.0f} %" for index in range(STEPS)]
    _draw(run, model, line(ends, STEPS, "slerp"), "interpolation", labels)


def _draw(run: Run, model: VideoModel, latents: Tensors, name: str, labels: list[str]) -> None:
    data = run.config.data
    here = {key: values.to(model.device) for key, values in latents.items()}
    videos = to_uint8(model.render(here, data.clip_shape)).cpu()
    write_png(run.samples / f"{name}.png", contact_sheet(list(zip(labels, videos, strict=True))))
    write_video(run.samples / f"{name}.mp4", torch.cat(list(videos), 2), data.fps)
