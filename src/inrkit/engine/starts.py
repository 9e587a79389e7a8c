"""Where the search for latents begins."""

from __future__ import annotations

import torch
from torch import Tensor

import inrkit.model
from inrkit.engine.features import has_features
from inrkit.engine.fit_options import FitOptions
from inrkit.engine.objective import Seen
from inrkit.engine.priors import spread
from inrkit.interfaces import ClipBatch, Sample, Tensors
from inrkit.interfaces.seeds import generator, seed_of
from inrkit.model import VideoModel

COARSE = 512
"""Pixels of each clip on which all training latents are scored, before the best are on :data:`FINE`."""

SHORTLIST, MIDDLE = 32, 8192
"""Training latents that are scored anew, on so many pixels: what tells clips apart may be a small thing that moves, of
which the first look sees hardly a pixel."""

FINALISTS = 4
"""Training latents scored once more, beside other starts, at least."""

FINE = 16_384
"""Pixels of each clip on which that is done, where that many were seen: enough to tell them apart to a percent."""

Candidate = tuple[list[str], Tensors]
"""A start for each of B clips: where it comes from, and name to (B, *shape)."""


def choose_starts(seen: Seen, options: FitOptions, seed: int) -> list[Candidate]:
    """The `options.restarts` starts to follow, the best first: for "best", those that explain best what was seen."""
    candidates = _candidates(seen, options, seed)
    wanted = options.restarts
    if len(candidates) > 1:
        candidates = _best(candidates, seen, wanted)
    while len(candidates) < wanted:
        candidates.append(_around(seen.model, candidates[0], seed, len(candidates)))
    return candidates


def _candidates(seen: Seen, options: FitOptions, seed: int) -> list[Candidate]:
    model, clips, kind = seen.model, seen.clips, options.start
    if kind == "random":
        return [_named("random", fresh(model, clips, seed, i), clips) for i in range(options.restarts)]
    found = []
    if kind in ("best", "encoder") or not model.latents:
        found.append(_named("encoder", start(model, clips, seed), clips))
    if kind in ("best", "mean") and model.latents:
        found.append(_named("mean", mean(model, clips), clips))
    if kind in ("best", "nearest") and model.latents:
        found += [_named("nearest", near, clips) for near in nearest(seen, max(FINALISTS, options.restarts))]
    return found


def _named(name: str, latents: Tensors, clips: ClipBatch) -> Candidate:
    return [name] * len(clips), latents


@torch.no_grad()
def start(model: VideoModel, clips: ClipBatch, seed: int = 0) -> Tensors:
    """The encoder's answer for clips it was never trained on, given the mean of the training codes."""
    if not model.codes and model.encoder.codes:
        return fresh(model, clips, seed)
    codes = {name: rows.mean(0, keepdim=True).expand(len(clips), *rows.shape[1:]) for name, rows in model.codes.items()}
    return _encode(model, clips, codes)


@torch.no_grad()
def fresh(model: VideoModel, clips: ClipBatch, seed: int, number: int = 0) -> Tensors:
    """The encoder's answer given the codes that a new training clip would begin with."""
    rows = []
    with torch.random.fork_rng(devices=()):
        for row in range(len(clips)):
            torch.manual_seed(seed_of(seed, "fresh", number, row))
            rows.append(model.encoder.initial_codes())
    names = rows[0] if rows else {}
    return _encode(model, clips, {name: torch.stack([row[name] for row in rows]) for name in names})


def _encode(model: VideoModel, clips: ClipBatch, codes: Tensors) -> Tensors:
    clips.codes = {name: rows.to(clips.device) for name, rows in codes.items()}
    if not clips.features and has_features(model.encoder):
        clips.features = model.encoder.features(clips.frames)
    return {name: value.detach() for name, value in model.encoder(clips, model.decode).items()}


def mean(model: VideoModel, clips: ClipBatch) -> Tensors:
    """The mean training latent."""
    return {name: rows.mean(0).expand(len(clips), *rows.shape[1:]) for name, rows in model.latents.items()}


@torch.no_grad()
def nearest(seen: Seen, count: int) -> list[Tensors]:
    """The `count` training latents (or all, if there are fewer) that explain best what was seen of each clip."""
    order = scores(seen, seen.some(COARSE)).argsort(dim=0, stable=True)[: max(count, SHORTLIST)]  # (S, B)
    if len(order) > count:
        sample = seen.some(MIDDLE)
        again = [seen.error(seen.model.hypernetwork(_rows(seen.model, pick)), sample) for pick in order]
        order = order.gather(0, torch.stack(again).argsort(dim=0, stable=True))[:count]
    return [_rows(seen.model, pick) for pick in order]


def scores(seen: Seen, sample: Sample) -> Tensor:
    """(N, B): how far each training latent is from what was seen of each clip, in bounded groups of latents."""
    model, count = seen.model, len(seen.clips)
    known = torch.arange(len(next(iter(model.latents.values()))))
    if len(sample.coords) > 1:  # each clip was seen at places of its own
        each = (seen.error(model.hypernetwork(_rows(model, row.expand(count))), sample) for row in known)
        return torch.stack(list(each))
    rows = []
    for group in known.split(max(1, inrkit.model.PIECE // sample.coords[0].numel())):
        rgb = model.decode(_rows(model, group), sample.coords)
        rows += [seen.compare(one.expand(count, *one.shape), sample) for one in rgb]
    return torch.stack(rows)


def _rows(model: VideoModel, pick: Tensor) -> Tensors:
    return {name: rows[pick.to(rows.device)] for name, rows in model.latents.items()}


@torch.no_grad()
def _best(candidates: list[Candidate], seen: Seen, count: int) -> list[Candidate]:
    """Of each clip the `count` best, each clip's best first."""
    sample = seen.some(FINE)
    errors = torch.stack([seen.error(seen.model.hypernetwork(latents), sample) for _, latents in candidates])
    order = errors.argsort(dim=0, stable=True)[:count]  # (count, B)
    return [_mixed(candidates, pick.tolist()) for pick in order]


def _mixed(candidates: list[Candidate], pick: list[int]) -> Candidate:
    """For each clip the candidate that was picked for it."""
    names = [candidates[which][0][clip] for clip, which in enumerate(pick)]
    latents = {
        name: torch.stack([candidates[which][1][name][clip] for clip, which in enumerate(pick)])
        for name in candidates[0][1]
    }
    return names, latents


def _around(model: VideoModel, candidate: Candidate, seed: int, number: int) -> Candidate:
    """Another start beside `candidate`, half the spread of the training latents away."""
    names, latents = candidate
    moved = {}
    for name, value in latents.items():
        noise = [
            torch.randn(value.shape[1:], generator=generator(seed, "around", number, name, i))
            for i in range(len(value))
        ]
        moved[name] = value + 0.5 * spread(model, name) * torch.stack(noise).to(value.device)
    return [f"around {name}" for name in names], moved
