"""`inrkit sample`: videos that never existed."""

from __future__ import annotations

import math
import time
from typing import Any

import torch

from inrkit.builtin.space_options import SampleOptions
from inrkit.engine.draws import draw_latents, sampler_options
from inrkit.engine.files import check_folder
from inrkit.engine.gallery import Gallery, columns_of, render_gallery, training_latents, write_gallery
from inrkit.engine.nearest import nearest_clips
from inrkit.errors import BadInput
from inrkit.interfaces import Task, TaskResult
from inrkit.model import VideoModel


class Sample(Task):
    """Latents by a sampler, their videos, and how near each is to the nearest training clip."""

    def run(self, model: VideoModel | None, options: object) -> TaskResult:
        """Draw, render, compare, write."""
        assert isinstance(options, SampleOptions) and model is not None
        begin = time.perf_counter()
        given = dict(options.set)
        if options.paper:
            if options.sampler != "slerp" or given:
                raise BadInput("--paper is the published protocol, which leaves nothing open", "Leave it out.")
            given = {"ends": True}
        settings = sampler_options(options.sampler, given)
        known = training_latents(model)
        columns = columns_of(model, options.n, math.ceil(math.sqrt(options.n)))
        check_folder(options.out)
        latents = draw_latents(options.sampler, settings, known, options.n, options.seed)
        gallery = render_gallery(model, latents, [str(index) for index in range(options.n)], columns)
        rows = nearest_rows(gallery, options.seed)
        gallery.labels = [f"{row['sample']}\n{row['psnr_to_it']:.1f} dB" for row in rows]
        record: dict[str, Any] = {
            "sampler": options.sampler,
            "options": settings.model_dump(mode="json"),
            "seed": options.seed,
            **gallery.facts,
            "seconds": round(time.perf_counter() - begin, 2),
            "samples": rows,
        }
        files = write_gallery(gallery, options.out, record, each=options.each)
        return TaskResult(record, files)


def nearest_rows(gallery: Gallery, seed: int) -> list[dict[str, Any]]:
    """For each video the training clip whose reconstruction it is most like; the same video has infinitely many dB."""
    config = gallery.model.config
    assert config is not None
    rows = []
    for first in range(0, len(gallery.labels), 64):
        some = range(first, min(first + 64, len(gallery.labels)))
        near = nearest_clips(gallery.model, torch.stack([gallery.video(index) for index in some]), seed)
        for index, (clip, score) in zip(some, near, strict=True):
            name = config.data.clips[clip]
            rows.append({"sample": index, "nearest_clip": clip, "its_name": name, "psnr_to_it": round(score, 2)})
    return rows
