"""What components promise each other, tried once before a training, so that an error names the one that breaks it."""

from __future__ import annotations

import torch
from torch import Tensor

from inrkit.engine.config import ComponentConfig, RunConfig
from inrkit.errors import PluginError
from inrkit.interfaces import Tensors
from inrkit.interfaces.coordinates import grid
from inrkit.model import VideoModel

VIDEOS = 2


@torch.no_grad()
def rehearse(model: VideoModel, config: RunConfig) -> None:
    """Make the weights of two videos, and colours of a few points of them; the model stays as it was.

    Raises:
        PluginError: The hypernetwork makes other weights than the INR has, or the INR other shapes than rgb.
    """
    clip_shape = config.data.clip_shape
    wanted = model.inr.initial_weights()
    if model.encoder.latents and not wanted:
        raise _broken("inr", config.inr, "has nothing that differs per video, so that no latent can tell videos apart")
    latents = {
        name: torch.zeros(VIDEOS, *(clip_shape[0] if n is None else n for n in shape), device=model.device)
        for name, shape in model.encoder.latents.items()
    }
    training = model.training
    model.eval()
    with torch.random.fork_rng(devices=[]):
        weights = model.hypernetwork(latents)
        if wrong := _difference(weights, wanted):
            raise _broken(
                "hypernetwork", config.hypernetwork, f"makes other weights than INR {config.inr.name} has: {wrong}"
            )
        coords = _places(model, clip_shape)
        try:
            rgb = model.inr.evaluate(coords, weights)
        except NotImplementedError as error:
            raise _broken("inr", config.inr, "has no forward") from error
    model.train(training)
    videos = VIDEOS if wanted else 1
    if tuple(rgb.shape) != (videos, *coords.shape[1:]):
        asked = f"coordinates of shape {tuple(coords.shape)}"
        raise _broken("inr", config.inr, f"makes {tuple(rgb.shape)} of {asked} for {videos} videos")


def _places(model: VideoModel, clip_shape: tuple[int, int, int]) -> Tensor:
    """The fewest coordinates that the INR computes by themselves: two points, a frame or a clip."""
    coords = grid(clip_shape, None if model.inr.unit == "clip" else torch.zeros(1, dtype=torch.int64), model.device)
    return coords.flatten(1, -2)[:, :2] if model.inr.unit == "point" else coords


def _difference(made: Tensors, wanted: Tensors) -> str:
    """The first weight that is missing, not wanted, or of another shape; those of one row may have one per frame."""
    for name in sorted(made.keys() | wanted.keys()):
        if name not in wanted:
            return f"{name!r} is none of its"
        shape = tuple(wanted[name].shape)
        if name not in made:
            return f"{name!r} is missing"
        found = tuple(made[name].shape[1:])
        framed = shape[:1] == (1,) and found[1:] == shape[1:]
        if found != shape and not framed:
            return f"{name!r} is {found}, not {shape}"
    return ""


def _broken(kind: str, component: ComponentConfig, what: str) -> PluginError:
    owner = f"{component.distribution} {component.version}".rstrip()
    hint = f"Report this to its author; `inrkit plugins check {kind} {component.name}` says all that is wrong with it."
    return PluginError(f"{kind} {component.name} of {owner} {what}", hint)
