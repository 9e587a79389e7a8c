"""Small stand-ins for what takes long to get: a trained model in a second, and videos of a few frames."""

from __future__ import annotations

import atexit
import copy
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import torch

from inrkit.builtin.codebook import Codebook
from inrkit.builtin.options import CodebookOptions
from inrkit.engine.build import assemble
from inrkit.engine.loading import load
from inrkit.engine.start import train
from inrkit.interfaces.types import Shape
from inrkit.model import VideoModel
from inrkit.options import NoOptions
from inrkit.testing.parts import TinyHeads, TinyINR
from inrkit.video import write_video
from inrkit.video.toy import toy_videos

PLUGIN = "inrkit.testing.tiny_plugin"
"""A one-file plugin: the method, the INR and the hypernetwork ``tiny``."""

CLIPS, LATENT = 4, 8


def tiny_model(clip_shape: Shape = (6, 16, 16), clips: int = CLIPS, steps: int = 80) -> VideoModel:
    """A trained space of toy videos, as :func:`inrkit.load` gives it: with latents, codes and config.

    It takes about a second the first time; later calls with the same arguments give copies, which a test may spoil.

    Args:
        clip_shape: (T, H, W) of its clips.
        clips: How many it was trained on.
        steps: Of the optimiser.
    """
    return copy.deepcopy(_trained(clip_shape, clips, steps))


def tiny_videos(folder: str | Path, count: int = 2, frames: int = 12, size: tuple[int, int] = (32, 32)) -> list[Path]:
    """Write toy videos that :func:`tiny_model` has never seen: mp4 files of (frames, *size, 3) at 12.5 frames a second.

    Returns:
        Their paths.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for video in toy_videos(count, frames, size, seed=1):
        written.append(folder / f"{video.name}.mp4")
        write_video(written[-1], video.frames, video.fps)
    return written


def tiny_run(folder: Path, clip_shape: Shape = (6, 16, 16), clips: int = CLIPS, steps: int = 80) -> Path:
    """Train the folder of a whole run; it is loaded where :data:`PLUGIN` is a plugin."""
    frames, height, width = clip_shape
    options: dict[str, object] = {
        "count": clips,
        "held_out": 0,
        "encoder.size": LATENT,
        "data.frames": frames,
        "data.size": (height, width),
        "data.holdout": 0,
        "train.batch": clips,
        "train.points": 0.2,
        "train.lr": 0.02,
        "train.sheet_every": steps,
        "train.checkpoint_every": steps,
    }
    with plugins_off(PLUGIN), tempfile.TemporaryDirectory() as cache_folder, _environment(INRKIT_CACHE=cache_folder):
        return train(plugin="tiny", out=folder, steps=steps, device="cpu", options=options)


def untrained_model(clip_shape: Shape) -> VideoModel:
    """The same components with random latents, in no time."""
    parts = {
        "inr": (TinyINR, NoOptions()),
        "encoder": (Codebook, CodebookOptions(size=LATENT)),
        "hypernetwork": (TinyHeads, NoOptions()),
    }
    model = assemble(parts, clip_shape).eval()
    model.latents = model.codes = {"z": torch.randn(CLIPS, LATENT)}
    return model


@contextmanager
def plugins_off(*modules: str) -> Iterator[None]:
    """No installed plugin, but one-file `modules`."""
    switches = {"INRKIT_NO_PLUGINS": "", "INRKIT_PLUGINS": "inrkit", "INRKIT_DISABLE_PLUGINS": ""}
    with _environment(**switches, INRKIT_STRICT_PLUGINS="", INRKIT_PLUGIN_MODULES=",".join(modules)):
        yield


@contextmanager
def _environment(**variables: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@cache
def _trained(clip_shape: Shape, clips: int, steps: int) -> VideoModel:
    with tempfile.TemporaryDirectory() as folder, plugins_off(PLUGIN):
        return load(tiny_run(Path(folder) / "run", clip_shape, clips, steps))


@cache
def trained_run() -> Path:
    """The folder of a tiny run, trained once in a process; to be copied, not written to."""
    folder = Path(tempfile.mkdtemp(prefix="inrkit-tiny-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return tiny_run(folder / "run")
