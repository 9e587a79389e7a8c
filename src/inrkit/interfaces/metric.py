"""The metric door: a number that says how good videos are."""

from __future__ import annotations

from typing import Any

from torch import Tensor


class Metric:
    """Judges rendered videos, usually against the true ones. Built as ``Cls(config)``; used once per evaluation.

    It computes on the device that its videos are on, which `inrkit evaluate --metrics-device` chooses.

    Attributes:
        paired: True if it compares each video with its own truth. False if it compares two sets: what a space offers,
            and real videos, such as those it was trained on.

    Example::

        class MeanError(Metric):
            def __init__(self, config=None):
                self.values = []

            def update(self, rendered, truth, mask=None):
                errors = (rendered.float() - truth.float()).abs().mean(-1)
                counts = torch.ones_like(errors) if mask is None else mask.expand_as(errors).float()
                self.values.append((errors * counts).flatten(1).sum(1) / counts.flatten(1).sum(1))

            def compute(self):
                return {"mean-error": torch.cat(self.values)}
    """

    paired: bool = True

    def __init__(self, config: object = None) -> None:
        pass

    def update(self, rendered: Tensor | None, truth: Tensor | None, mask: Tensor | None = None) -> None:
        """Take in some videos.

        Args:
            rendered, truth: uint8 (B, T, H, W, 3). Where it is not `paired`, the two sets come in separate calls, the
                other being None: first all real videos, then the rendered ones. What cannot be kept of so many is
                summed up.
            mask: bool (T, H, W) or (B, T, H, W): only these pixels count. None: all.
        """
        raise NotImplementedError

    def compute(self) -> dict[str, Tensor]:
        """Name to (N,), one value per clip in the order of the updates, or to a single value ()."""
        raise NotImplementedError

    def about(self) -> dict[str, Any]:
        """What belongs beside the numbers, as JSON: the protocol, how many clips and frames, which detector.

        Asked for after `compute`.
        """
        return {}

    def recall(self, key: str) -> bool:
        """Whether all it needs of the real videos is known from an earlier evaluation; they are not sent then.

        Asked for once, before any update, where it is not `paired`.

        Args:
            key: A hash of the content, order and shape of all real videos.
        """
        return False
