"""The method door: a loss, and presets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from inrkit.interfaces.types import Output, Shape, Tensors, Unit, per_clip


@dataclass(frozen=True)
class Situation:
    """What a preset may depend on.

    Attributes:
        clips: The number of training clips; 0 before they are counted.
        clip_shape: (T, H, W) of the training clips, or None before it is settled.
        device: "cpu", "cuda" or "mps".
    """

    clips: int
    clip_shape: Shape | None
    device: str


class Method:
    """A way to train: the loss and its options. Its declaration names three default components and the presets.

    A run builds it as ``Cls(config)`` from its validated options alone.

    Example::

        class L2(Method):
            def loss(self, out, target):
                return {"mse": per_clip((out.rgb - target) ** 2)}

    Attributes:
        unit: What the loss must see whole; may be set from the options in ``__init__``.
    """

    unit: Unit = "point"

    def __init__(self, config: object = None) -> None:
        pass

    @classmethod
    def preset(cls, name: str, situation: Situation) -> Mapping[str, Any]:
        """The settings of one of the declared presets: ``"section.key"`` to value.

        Sections are ``data``, ``train``, ``method``, ``inr``, ``encoder`` and ``hypernetwork``. It is asked first
        with what is known from the start, for the ``data`` keys, and again once the clips are there, for the others.
        Given: {}, everything at its default.
        """
        return {}

    def loss(self, out: Output, target: Tensor) -> Tensors:
        """The terms of the loss, already weighted: name to (B,). The engine adds them up and averages the clips.

        Each clip is judged by itself: of several processes each has some of the clips of a step.

        Args:
            out: rgb (B, N, 3), or (B, F, H, W, 3) for units "frame" and "clip"; the latents and the weights.
            target: Of rgb's shape, in [-1, 1].

        Given: the mean squared error.
        """
        return {"mse": per_clip((out.rgb - target) ** 2)}
