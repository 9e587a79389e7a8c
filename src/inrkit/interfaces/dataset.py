"""The dataset door: a named source of videos."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from inrkit.interfaces.types import Shape
from inrkit.video.types import Video


class Dataset:
    """Videos by name: ``inrkit train --plugin inrv NAME``.

    Example::

        class Blinking(Dataset):
            def clips(self, options, shape):
                for i in range(options.count):
                    yield Video(torch.full((*shape, 3), 255 * (i % 2), dtype=torch.uint8), 25.0, f"blink-{i}")

    Attributes:
        licence: What is known of the rights in its videos; kept with the clips that are cut of them.
    """

    licence: str = ""

    def clips(self, options: object, shape: Shape) -> Iterable[Path | Video]:
        """The training videos, each a file or folder of frames, or a :class:`inrkit.Video` in memory.

        Args:
            options: The validated options.
            shape: (T, H, W) that clips will be cut to: generated videos may be made at just that size, others may
                ignore it.
        """
        raise NotImplementedError

    def held_out(self, options: object, shape: Shape) -> Iterable[Path | Video]:
        """Videos that are never trained on. Given: none, and a share of `clips` is held out instead."""
        return ()

    def settings(self, options: object) -> Mapping[str, Any]:
        """How clips are to be cut of them: ``"data.key"`` to value, in place of what a preset says. Given: {}.

        What the user asks for wins, as ever.
        """
        return {}

    def notes(self, options: object) -> Sequence[str]:
        """What is worth knowing of the videos that were found, a line each; kept with the run. Given: nothing."""
        return ()
