"""The metric door: a number that says how good videos are."""

from __future__ import annotations

from torch import Tensor


class Metric:
    """Judges rendered videos, usually against the true ones. Built as ``Cls(config)``; used once per evaluation.

    Example::

        class MeanError(Metric):
            def __init__(self, config=None):
                self.values = []

            def update(self, rendered, truth, mask=None):
                self.values.append((rendered.float() - truth.float()).abs().flatten(1).mean(1))

            def compute(self):
                return {"mean-error": torch.cat(self.values)}
    """

    def __init__(self, config: object = None) -> None:
        pass

    def update(self, rendered: Tensor | None, truth: Tensor | None, mask: Tensor | None = None) -> None:
        """Take in some videos.

        Args:
            rendered, truth: uint8 (B, T, H, W, 3). For metrics of two unpaired sets, generated and real videos come
                in separate calls, the other being None.
            mask: bool (T, H, W) or (B, T, H, W): only these pixels count. None: all.
        """
        raise NotImplementedError

    def compute(self) -> dict[str, Tensor]:
        """Name to (N,), one value per clip in the order of the updates, or to a single value ()."""
        raise NotImplementedError
