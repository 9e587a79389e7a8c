"""`inrkit interpolate`: the videos between two, or between four."""

from __future__ import annotations

from typing import Any

from inrkit.builtin.space_options import InterpolateOptions
from inrkit.engine.between import interpolate
from inrkit.engine.ends import End, find_end, is_video, joined
from inrkit.engine.files import check_folder
from inrkit.engine.footage import lengthening
from inrkit.engine.gallery import columns_of, render_gallery, write_gallery
from inrkit.errors import BadInput
from inrkit.interfaces import Task, TaskResult
from inrkit.model import VideoModel


class Interpolate(Task):
    """A row of videos from one to another, as in the paper's figure; of four, the square between them."""

    def run(self, model: VideoModel | None, options: object) -> TaskResult:
        """Find the ends, go from one to the other, write."""
        assert isinstance(options, InterpolateOptions) and model is not None
        steps, count = options.steps, len(options.videos)
        if count not in (2, 4):
            raise BadInput(f"interpolate takes two ends, or the four corners of a square, not {count}", "Name A and B.")
        total = steps if count == 2 else steps**2
        columns = columns_of(model, total, steps)
        check_folder(options.out)
        ends = self._ends(model, options)
        latents = interpolate(joined(ends), steps, options.way)
        gallery = render_gallery(model, latents, _labels([end.name for end in ends], total), columns)
        record: dict[str, Any] = {
            "ends": [{"end": "ABCD"[index], **end.facts} for index, end in enumerate(ends)],
            "steps": steps,
            "way": options.way,
            "seed": options.seed,
            **gallery.facts,
            "notes": list(dict.fromkeys(note for end in ends for note in end.notes)),
        }
        files = write_gallery(gallery, options.out, record, flat=count == 4, each=options.each)
        return TaskResult(record, files)

    def _ends(self, model: VideoModel, options: InterpolateOptions) -> list[End]:
        """In the order in which they were named; videos are inverted once nothing else can be refused."""
        short = lengthening(options.loop, options.hold)
        found: dict[str, End] = {}
        for what in sorted(map(str, options.videos), key=is_video):
            if is_video(what) and self.reporter:
                self.reporter.note(f"inverting {what}")
            found[what] = found.get(what) or find_end(model, what, short=short, seed=options.seed)
        return [found[str(what)] for what in options.videos]


def _labels(names: list[str], total: int) -> list[str]:
    """The share of the last end; of the first and the last of a line, their names."""
    labels = [f"{100 * index / (total - 1):.0f} %" for index in range(total)]
    if len(names) == 2:
        labels[0], labels[-1] = names
    return labels
