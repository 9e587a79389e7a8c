"""Videos of a model beside their truths: reconstructions of training clips, and held-out clips found in the space."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from torch import Tensor

from inrkit.engine.data import Clips
from inrkit.engine.evaluate_clips import Side
from inrkit.engine.evaluate_metrics import PairPanel
from inrkit.engine.evaluate_settle import Wanted
from inrkit.engine.evaluate_statistics import FEW, summary
from inrkit.engine.fit import find, render_found
from inrkit.engine.record import UNKNOWN
from inrkit.engine.reporter import Reporter
from inrkit.interfaces import ClipBatch, Tensors
from inrkit.interfaces.pixels import to_uint8
from inrkit.interfaces.seeds import seed_of
from inrkit.model import VideoModel


@dataclass
class Part:
    """What was measured on some clips; evaluation.json says it in the same words.

    Attributes:
        scores: Name to ``mean``, ``low``, ``high`` and ``values`` of clips, or to a single number of sets.
        about: Metric to what belongs beside its numbers; also how the videos were made.
        notes: What a reader must know, a line each.
    """

    name: str
    clips: int
    source: str
    scores: dict[str, Any] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def not_measured(name: str, side: Side, why: str) -> Part:
    """A part that says why there are no numbers."""
    return Part(name, 0, side.source, notes=[f"not measured: {why}"])


def scores_of(values: Tensors, seed: int, part: str) -> tuple[dict[str, Any], list[str]]:
    """What is kept of values, name to (N,) or (), and what must be known of them."""
    scores = {name: summary(value, seed, part, name) for name, value in values.items()}
    lost = {name: int(value.isnan().sum()) for name, value in values.items()}
    notes = [f"{name} of {count} clips is no number: left out of its mean" for name, count in lost.items() if count]
    count = max((len(value) for value in values.values() if value.ndim), default=FEW)
    few = [f"{count} values are few: their intervals are too narrow"] if 1 < count < FEW else []
    return scores, [*few, *notes]


def some_of(side: Side, clips: int) -> list[str]:
    """What must be known of a side, and that not all of its clips were measured."""
    return [*side.notes, *([f"{clips} of {len(side)} clips were measured, spread evenly"] if clips < len(side) else [])]


def notes_in(about: dict[str, Any]) -> list[str]:
    """What metrics themselves say must be known of their numbers."""
    return [f"{name}: {note}" for name, said in about.items() for note in said.get("notes", ())]


def rendered_pairs(
    model: VideoModel, latents: Tensors, clips: Clips, rows: Sequence[int], batch: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """Some clips as latents, name to (rows, *shape), make them, and as they are: uint8 (B, T, H, W, 3), on the CPU."""
    for part in torch.arange(len(rows)).split(batch):
        truth = clips.read([rows[i] for i in part.tolist()]).cpu()
        rendered = model.render({name: v[part.to(v.device)] for name, v in latents.items()}, clips.shape)
        yield to_uint8(rendered).cpu(), truth


def reconstruction(model: VideoModel, train: Side, most: int, wanted: Wanted, reporter: Reporter) -> Part:
    """How good the training clips are that training left in the space."""
    if not train.clips or not model.latents:
        why = train.why or "this checkpoint has no latents of its training clips"
        return not_measured("reconstruction", train, why)
    rows = train.rows(most)
    panel = panel_of(wanted, model)
    latents = {name: values[rows] for name, values in model.latents.items()}
    done = 0
    for rendered, truth in rendered_pairs(model, latents, train.clips, rows, wanted.options.batch):
        panel.update(rendered, truth)
        done += len(truth)
        reporter.measuring("training clips", done, len(rows))
    return _part("reconstruction", train, len(rows), panel, wanted)


def inversion(model: VideoModel, held: Side, most: int, wanted: Wanted, reporter: Reporter) -> Part:
    """How near the space comes to clips that were never trained on: as `inrkit invert` finds them."""
    why = held.why or no_space(model)
    if not held.clips or why:
        return not_measured("held-out", held, why)
    rows, panel, seed = held.rows(most), panel_of(wanted, model), wanted.options.seed
    done = 0
    for part in torch.tensor(rows).split(wanted.options.batch):
        truth = held.clips.read(part)
        batch = ClipBatch(truth, seed=seed_of(seed, "held-out", int(part[0])), device=model.device)
        found = find(model, batch, wanted.fit, seed=seed)
        panel.update(to_uint8(render_found(model, found, held.clips.shape)), truth)
        done += len(part)
        reporter.measuring("held-out clips found", done, len(rows))
    part = _part("held-out", held, len(rows), panel, wanted, {"fit": wanted.fit.model_dump(mode="json")})
    part.notes += [UNKNOWN] if wanted.options.paper else []
    return part


def panel_of(wanted: Wanted, model: VideoModel, *, lenient: bool = False) -> PairPanel:
    """The metrics of pairs, for one part."""
    return PairPanel(wanted.pairs, wanted.device or model.device, lenient=lenient)


def no_space(model: VideoModel) -> str:
    """Why other clips cannot be found in a model; "" if they can."""
    if not model.encoder.latents:
        return "this model has no latents: every video is the same"
    if not model.encoder.space:
        return "each clip has a network of its own, so there is no space to find others in (inrkit invert --direct)"
    return ""


def _part(
    name: str, side: Side, clips: int, panel: PairPanel, wanted: Wanted, about: dict[str, Any] | None = None
) -> Part:
    scores, notes = scores_of(panel.values(clips), wanted.options.seed, name)
    said = panel.about() | (about or {})
    return Part(name, clips, side.source, scores, said, [*some_of(side, clips), *panel.notes, *notes_in(said), *notes])
