"""Videos that never existed, compared as a set with real ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from inrkit.engine.draws import draw_latents
from inrkit.engine.evaluate_clips import Side
from inrkit.engine.evaluate_metrics import SetPanel
from inrkit.engine.evaluate_pairs import Part, no_space, not_measured, notes_in, scores_of
from inrkit.engine.evaluate_settle import Wanted
from inrkit.engine.gallery import clip_shape
from inrkit.engine.reporter import Reporter
from inrkit.errors import BadInput
from inrkit.interfaces import Tensors
from inrkit.interfaces.pixels import to_uint8
from inrkit.interfaces.seeds import generator
from inrkit.model import VideoModel

PAPER = (
    "--paper: some 4 % of these videos are reconstructions of training clips, for both end points of 50 are drawn; "
    "others lie between two of them. No distance between sets punishes what is near; nearest says how near it is",
    "--paper: the real videos are those it was trained on, so nothing here says how it does on others. Without --paper "
    "the distance to held-out clips stands beside",
    "--paper: the published figures are of 2,048 of 2,096 videos, written as lossy mp4, at 128x128; these are the "
    "frames as they are rendered, at the size of the run or that of --size",
)
"""What the published protocol hides."""

MANY = 2048
"""Real videos that the usual protocols look at."""


def sample_parts(
    model: VideoModel, sampler: str, sides: Sequence[Side], wanted: Wanted, reporter: Reporter
) -> list[Part]:
    """Draw and render videos once, and compare them with the real videos of each side.

    Args:
        sides: The training clips first; other sides are measured as far as metrics can.

    Raises:
        BadInput: The sampler, or a metric, was asked for and cannot do it.
    """
    why = no_space(model) or ("" if model.latents else "this checkpoint has no latents of its training clips")
    latents: Tensors = {}
    if not why:
        latents, why = _drawn(model, sampler, wanted)
    parts, panels = [], {}
    for side in sides:
        name = f"samples/{sampler}" + ("" if side.name == "training" else f"/{side.name}")
        if why or not side.clips:
            parts.append(not_measured(name, side, why or side.why))
            continue
        panels[name] = _panel(model, side, wanted, reporter)
        parts.append(Part(name, wanted.options.samples, side.source, notes=list(side.notes)))
    if panels:
        _render(model, sampler, latents, list(panels.values()), wanted, reporter)
    for part, side in zip(parts, sides, strict=True):
        if part.name in panels:
            _fill(part, side, sampler, panels[part.name], wanted)
    return parts


def _drawn(model: VideoModel, sampler: str, wanted: Wanted) -> tuple[Tensors, str]:
    """Latents, or why there are none."""
    options = wanted.options
    try:
        return draw_latents(sampler, wanted.samplers[sampler], model.latents, options.samples, options.seed), ""
    except BadInput as error:
        if options.samplers:
            raise
        return {}, error.message


def _panel(model: VideoModel, side: Side, wanted: Wanted, reporter: Reporter) -> SetPanel:
    """The metrics of sets, told of the real videos."""
    lenient = side.name == "held-out"  # nobody asked for it, and it may be too few for a metric
    panel = SetPanel(wanted.sets, wanted.device or model.device, lenient=lenient)
    rows = real_rows(side, wanted.options.seed)
    assert side.clips is not None
    if panel.recall(side.key(rows)):
        return panel
    done = 0
    for part in torch.tensor(rows).split(wanted.options.batch):
        panel.real(side.clips.read(part))
        done += len(part)
        reporter.measuring(f"{side.name} clips seen", done, len(rows))
    return panel


def real_rows(side: Side, seed: int) -> list[int]:
    """In which order real videos come: as they are, or shuffled where a metric may look at the first ones alone."""
    if len(side) <= MANY:
        return list(range(len(side)))
    order: list[int] = torch.randperm(len(side), generator=generator(seed, "real", side.name)).tolist()
    return order


def _render(
    model: VideoModel, sampler: str, latents: Tensors, panels: Sequence[SetPanel], wanted: Wanted, reporter: Reporter
) -> None:
    """Each video goes to the metrics of all sides, and is let go."""
    done = 0
    for videos in _videos(model, latents, wanted):
        for panel in panels:
            panel.update(videos, None)
        done += len(videos)
        reporter.measuring(f"{sampler} samples", done, wanted.options.samples)


def _videos(model: VideoModel, latents: Tensors, wanted: Wanted) -> Iterator[Tensor]:
    frames, height, width = clip_shape(model)
    shape = (frames, *(wanted.options.size or (height, width)))
    for part in torch.arange(wanted.options.samples).split(wanted.options.batch):
        here = {name: values[part].to(model.device) for name, values in latents.items()}
        yield to_uint8(model.render(here, shape))


def _fill(part: Part, side: Side, sampler: str, panel: SetPanel, wanted: Wanted) -> None:
    rows = real_rows(side, wanted.options.seed)
    part.scores, lost = scores_of(_numbered(panel.values(part.clips), rows), wanted.options.seed, part.name)
    said = panel.about()
    part.about = said | {
        "real": {"set": side.name, "clips": len(rows), "sha256": side.key(rows)},
        "sampler": {"name": sampler, "options": wanted.samplers[sampler].model_dump(mode="json")},
    }
    part.notes += [*(PAPER if wanted.options.paper else ()), *panel.notes, *notes_in(said), *lost]


def _numbered(values: Tensors, rows: list[int]) -> Tensors:
    """Labels are of real videos in the order in which they came: which clips of their side these are."""
    order = torch.tensor(rows)
    return {name: v if v.is_floating_point() else order[v.cpu()] for name, v in values.items()}
