"""What a recovered video leaves in its folder: the video, what shows how good it is, the latents, the record."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from torch import Tensor

from inrkit.engine.comparison import Comparison
from inrkit.engine.direct import keep_space
from inrkit.engine.files import write_atomically
from inrkit.engine.footage import Footage
from inrkit.engine.found_file import Kept, save_found
from inrkit.engine.job import Job
from inrkit.engine.observe import Recovered, draw
from inrkit.engine.observe_done import RECORD
from inrkit.engine.pile import piled
from inrkit.engine.record import Measured, measure, record_of
from inrkit.engine.unmeasured import Unmeasured
from inrkit.video import write_png, write_video


def write_result(job: Job, recovered: Recovered, folder: Path, *, lossless: bool, request: str = "") -> dict[str, Any]:
    """Write everything of one video into `folder`, frame by frame; returns its record.

    Args:
        lossless: Whether to write the result as PNG files, too.
        request: What :func:`inrkit.engine.observe_done.request_of` says of it.
    """
    video = recovered.footage
    drawn = piled(frame.numpy() for frame in draw(job.model, recovered.found, video))  # at the run's size
    fps = video.fps * video.factor
    measured = measure(job, recovered)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RECORD).unlink(missing_ok=True)
    write_video(folder / "result.mp4", (video.shown.enlarge(frame[None]) for frame in drawn), fps)
    comparison = comparison_of(job, video, drawn, measured)
    write_video(folder / "comparison.mp4", comparison.frames(), fps)
    write_png(folder / "sheet.png", comparison.sheet())
    if lossless:
        for index, frame in enumerate(drawn):
            write_png(folder / "result" / f"{index:06d}.png", video.shown.enlarge(frame[None])[0])
    kept = Kept(recovered.found, video.starts, video.length, video.frames, video.rate, video.name)
    save_found(folder / "latents.safetensors", kept, job.model)
    if job.direct:
        keep_space(folder / "run", job.model)
    record = record_of(job, recovered, measured) | {"psnr_at_input_size": comparison.psnr, "request": request}
    write_atomically(folder / RECORD, (json.dumps(plain(record), indent=2) + "\n").encode())
    return record


def comparison_of(job: Job, video: Footage, drawn: Tensor, measured: Measured) -> Comparison:
    """What was recovered, beside the truth, or where there is none beside the trivial answer."""
    if measured.scores and video.factor == 1:
        return Comparison(video, drawn, measured.beside)
    return Unmeasured(video, drawn, measured.beside, job.task.baseline_name, truth=bool(measured.scores))


def plain(value: Any) -> Any:
    """Ready for JSON, in which there is no infinity and no NaN: they become null."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    return value
