"""Clips of sources, cut once and kept as folders of frames, and what two answers that need no network make of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from pca import pca_psnr
from results_clips import READ, frames_in, frames_of
from torch import Tensor

from inrkit.engine.data import Clips, gather, spread
from inrkit.engine.options import DataOptions
from inrkit.metrics.psnr import static_floor

FRAMES = 25


@dataclass(frozen=True)
class Floors:
    """PSNR in dB, means over clips: of each clip's mean frame held still, and of some principal components of all."""

    clips: int
    static: float
    components: float


def clips_in(source: Path, size: int) -> Clips:
    """All clips of a source, `size` pixels high and wide, as `inrkit train` cuts them."""
    return gather(str(source), None, None, DataOptions(frames=FRAMES, size=(size, size), holdout=0))[0]


def apart(clips: Clips, every: int) -> tuple[list[str], list[str]]:
    """The names of clips to train on, and of those held out: all clips of every so-manieth video."""
    videos = list(dict.fromkeys(_video(name) for name in clips.names))
    held = set(videos[every - 1 :: every])
    return [n for n in clips.names if _video(n) not in held], [n for n in clips.names if _video(n) in held]


def _video(name: str) -> str:
    return name.rpartition("@")[0]


def some(names: Sequence[str], most: int) -> list[str]:
    """At most so many of them, evenly."""
    return [names[i] for i in spread(range(len(names)), most)]


def cut(clips: Clips, names: Sequence[str], folder: Path) -> None:
    """A folder of frames for each of some clips, to the last bit as the clips are."""
    frames_in(frames_of(clips, names), folder)


def floors(clips: Clips, components: int) -> Floors:
    """What a still picture reaches on these clips, and what so many principal components of them do."""
    video = clips.read(range(len(clips)))
    static = torch.cat([static_floor(some) for some in video.split(READ)])
    return Floors(len(clips), _mean(static), _mean(pca_psnr(video, video, components)))


def _mean(values: Tensor) -> float:
    return float(values.clamp(max=100.0).mean())
