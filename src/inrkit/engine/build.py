"""From names and options to a model, and the checks that a component's promises hold."""

from __future__ import annotations

import traceback
from dataclasses import replace
from typing import Any

import torch
from pydantic import BaseModel

from inrkit.discovery import load_registry
from inrkit.engine.allocation import at_most
from inrkit.engine.config import ComponentConfig, RunConfig
from inrkit.errors import BadInput, InrkitError
from inrkit.interfaces import INR, Encoder, HyperNetwork, Spec
from inrkit.interfaces.seeds import seed_of
from inrkit.interfaces.types import Shape
from inrkit.model import VideoModel
from inrkit.options import resolve


def options_of(kind: str, component: ComponentConfig) -> BaseModel:
    """The validated options of a component named in a configuration.

    Raises:
        BadInput: It is not installed, or its installed version takes no such options.
    """
    model = load_registry().options(kind, component.name)
    return resolve({kind: model}, {f"{kind}.{key}": value for key, value in component.options.items()})[kind]


def build_model(config: RunConfig, numbers: int | None = None) -> VideoModel:
    """The untrained model of a run: the INR, then the encoder, then the hypernetwork. A function of the seed.

    Args:
        numbers: How many it should have, as far as that is known. One of many times as many is refused.
    """
    registry = load_registry()
    parts: dict[str, tuple[Any, BaseModel]] = {
        kind: (registry.get(kind, component.name), options_of(kind, component))
        for kind, component in (
            ("inr", config.inr),
            ("encoder", config.encoder),
            ("hypernetwork", config.hypernetwork),
        )
    }
    with torch.random.fork_rng(devices=[]), at_most(numbers):
        torch.manual_seed(seed_of(config.seed, "model"))
        return assemble(parts, config.data.clip_shape)


def assemble(parts: dict[str, tuple[Any, BaseModel]], clip_shape: Shape) -> VideoModel:
    """Build the three with what each may know of those before it."""
    spec = Spec(clip_shape)
    inr: INR = _make("inr", parts, spec)
    spec = replace(spec, weights=inr.initial_weights())
    encoder: Encoder = _make("encoder", parts, spec)
    encoder.clip_frames = clip_shape[0]
    spec = replace(spec, latents=encoder.latents)
    hypernetwork: HyperNetwork = _make("hypernetwork", parts, spec)
    return VideoModel(encoder, hypernetwork, inr)


def _make(kind: str, parts: dict[str, tuple[Any, BaseModel]], spec: Spec) -> Any:
    cls, options = parts[kind]
    try:
        return cls(options, spec)
    except InrkitError:
        raise
    except (ValueError, TypeError, KeyError) as error:
        raise BadInput(
            f"{kind} {cls.__name__} cannot be built for clips of {spec.clip_shape} with these components: {error}"
            + _line_of(cls, error),
            "See `inrkit plugins show` for what it takes, choose other components, or correct it if it is yours.",
        ) from error


def _line_of(cls: type, error: Exception) -> str:
    """Where in the module of a component it was raised; empty if it was not."""
    frames = traceback.walk_tb(error.__traceback__)
    lines = [line for frame, line in frames if frame.f_globals.get("__name__") == cls.__module__]
    return f" ({cls.__module__}, line {lines[-1]})" if lines else ""
