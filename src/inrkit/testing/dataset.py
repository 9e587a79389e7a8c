"""The contract of a dataset."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch

from inrkit.engine.options import DataOptions
from inrkit.errors import BadInput
from inrkit.interfaces import Dataset, Shape
from inrkit.options import resolve
from inrkit.testing.contract import Options, Subject, seeded, subject_of
from inrkit.video.types import Video

CLIP_SHAPE: Shape = (4, 16, 24)
LOOKED_AT = 4
"""Videos, of each part; a dataset may have thousands."""


def check_dataset(dataset: type[Dataset] | str, options: Options = None, *, clip_shape: Shape = CLIP_SHAPE) -> None:
    """A dataset keeps what its door promises.

    Paths that exist, or videos of uint8 (T, H, W, 3) with a frame rate and names of their own; the same at every call;
    nothing both trained on and held out; settings of `data` that exist, and notes that are lines.

    Args:
        dataset: The class, or its registered name.
        options: What it is asked; None: the defaults.
        clip_shape: (T, H, W) that clips are to be cut to.

    Raises:
        ContractError: It does not.
        InrkitError: It cannot give videos: an option is refused, something is not installed.
    """
    subject = subject_of("dataset", dataset, options)
    with subject.trying("Cls() to build it", "Its __init__ takes no arguments; options come with each call."):
        made: Dataset = subject.cls()
    with seeded():
        _settles_how_clips_are_cut(subject, made)
        parts = {"clips": made.clips, "held_out": made.held_out}
        found = {name: _some(subject, name, part, clip_shape) for name, part in parts.items()}
        change = "Let clips yield paths or inrkit.Video."
        subject.expect(bool(found["clips"]), "at least one video to train on", "none", change)
        for name, part in parts.items():
            with _other_generators():
                again = _some(subject, name, part, clip_shape)
            change = "Seed a generator of your own from the options: torch.Generator().manual_seed(options.seed)."
            same = len(again) == len(found[name]) and all(map(_same, again, found[name]))
            subject.expect(same, f"the same {name} at every call", "others", change)
        both = [_name(a) for a in found["clips"] for b in found["held_out"] if _same_pixels(a, b)]
        change = "Let held_out yield videos that clips does not."
        subject.expect(not both, "no video both trained on and held out", f"{both[:1]} is", change)
        _notes_lines(subject, made)


def _settles_how_clips_are_cut(subject: Subject, dataset: Dataset) -> None:
    change = "settings(options) returns 'data.key' to value: keys that `inrkit train` takes, and values it allows."
    with subject.trying("settings(options) to work", change):
        settings = dataset.settings(subject.options)
    found = type(settings).__name__
    subject.expect(isinstance(settings, Mapping), "settings to be a dictionary", found, change)
    try:
        resolve({"data": DataOptions}, settings)
    except BadInput as error:
        subject.fail("settings to set options of data that exist", error.message, f"{error.hint} {change}".strip())


def _notes_lines(subject: Subject, dataset: Dataset) -> None:
    """Asked for when the videos were found, as a run does."""
    change = "notes(options) returns a list of lines of text; () for nothing."
    with subject.trying("notes(options) to work", change):
        notes = dataset.notes(subject.options)
        right = not isinstance(notes, str) and all(isinstance(note, str) for note in notes)
    subject.expect(right, "notes to be a list of lines", repr(notes), change)


def _some(subject: Subject, part: str, call: Callable[..., Iterable[Path | Video]], shape: Shape) -> list[Path | Video]:
    """The first videos, looked at."""
    change = f"{part}(options, shape) gives paths of videos, or inrkit.Video(frames, fps, name)."
    with subject.trying(f"{part}(options, shape) to work", change):
        videos = list(itertools.islice(call(subject.options, shape), LOOKED_AT))
    for video in videos:
        _is_a_video(subject, video, change)
    names = [_name(video) for video in videos]
    change = "Give each video a name of its own; reports and codes call it so."
    subject.expect(len(set(names)) == len(names), f"{part} to have different names", names, change)
    return videos


def _is_a_video(subject: Subject, video: Any, change: str) -> None:
    if isinstance(video, Path):
        subject.expect(video.exists(), "paths that exist", f"nothing at {video}", "Yield absolute paths of real files.")
        return
    subject.expect(isinstance(video, Video), "paths or inrkit.Video", type(video).__name__, change)
    frames = video.frames
    right = isinstance(frames, torch.Tensor) and frames.ndim == 4 and frames.shape[-1] == 3 and frames.numel() > 0
    found = tuple(getattr(frames, "shape", ()))
    subject.expect(right, "frames to be a tensor (T, H, W, 3)", found, "Put the three colours last.")
    change = "Scale to 0..255 and convert: frames.round().to(torch.uint8)."
    subject.expect(frames.dtype == torch.uint8, "frames of uint8", frames.dtype, change)
    subject.expect(video.fps > 0, "a frame rate above 0", video.fps, "Give the frames per second of the video.")


@contextmanager
def _other_generators() -> Iterator[None]:
    """The generators of Python, numpy and torch, each somewhere else, and back."""
    python, array = random.getstate(), np.random.get_state()
    random.seed(1)
    np.random.seed(1)
    try:
        with seeded(1):
            yield
    finally:
        random.setstate(python)
        np.random.set_state(array)


def _name(video: Path | Video) -> str:
    return str(video) if isinstance(video, Path) else video.name


def _same(one: Path | Video, other: Path | Video) -> bool:
    return _name(one) == _name(other) and (isinstance(one, Path) or _same_pixels(one, other))


def _same_pixels(one: Path | Video, other: Path | Video) -> bool:
    if isinstance(one, Path) or isinstance(other, Path):
        return one == other
    return torch.equal(one.frames, other.frames)
