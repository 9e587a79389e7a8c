"""New latents by a sampler that is named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from pydantic import BaseModel

from inrkit.discovery import load_registry
from inrkit.engine.gallery import training_latents
from inrkit.errors import BadInput, PluginError
from inrkit.interfaces import Sampler, Tensors
from inrkit.interfaces.seeds import generator
from inrkit.model import VideoModel
from inrkit.options import resolve


def sample(
    model: VideoModel,
    count: int = 16,
    sampler: str = "slerp",
    *,
    options: Mapping[str, Any] | None = None,
    seed: int = 0,
) -> Tensors:
    """New latents, whose videos never existed; those that ``inrkit sample`` draws.

    Args:
        model: As :func:`inrkit.load` gives it, with the latents of its training clips.
        count: How many.
        sampler: Its name: "slerp", "gaussian", "gmm", or one of a plugin.
        options: Its options.

    Returns:
        Name to (count, *shape), on the CPU, the same ones for the same seed; :meth:`VideoModel.render` shows them.

    Raises:
        BadInput: There is no such sampler, it refuses an option, or the model has no latents to learn from.
        PluginError: It is broken.
    """
    return draw_latents(sampler, sampler_options(sampler, options or {}), training_latents(model), count, seed)


def sampler_options(name: str, given: Mapping[str, Any]) -> BaseModel:
    """The checked options of the sampler `name`.

    Raises:
        BadInput: There is no such sampler, or it refuses one of them.
        PluginError: It is broken.
    """
    model = load_registry().options("sampler", name)
    return resolve({"sampler": model}, given)["sampler"]


def draw_latents(name: str, options: BaseModel, latents: Tensors, count: int, seed: int) -> Tensors:
    """`count` new latents, name to (count, *shape) on the CPU; the same ones for the same seed.

    Args:
        latents: Of the training clips, name to (N, *shape).

    Raises:
        BadInput: The sampler cannot learn from them.
        PluginError: It gives something else than latents.
    """
    sampler = cast(Sampler, load_registry().get("sampler", name)(options))
    known = {key: values.detach().cpu() for key, values in latents.items()}
    try:
        sampler.fit(known)
    except ValueError as error:
        raise BadInput(f"the sampler cannot be fitted: {error}", "Choose another --sampler, or other -o.") from error
    drawn = sampler.sample(count, generator(seed, "sample", name))
    wanted = {key: (count, *values.shape[1:]) for key, values in known.items()}
    if not isinstance(drawn, dict) or {key: tuple(values.shape) for key, values in drawn.items()} != wanted:
        raise PluginError(f"the sampler {name!r} gives no latents of the shapes {wanted}", "Report this to its author.")
    if not all(bool(values.isfinite().all()) for values in drawn.values()):
        raise PluginError(f"the sampler {name!r} gives latents that are no numbers", "Report this to its author.")
    return drawn
