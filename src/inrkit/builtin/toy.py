"""The built-in dataset of generated videos."""

from __future__ import annotations

from collections.abc import Iterable

from inrkit.builtin.options import ToyOptions
from inrkit.interfaces import Dataset
from inrkit.interfaces.types import Shape
from inrkit.video import Video
from inrkit.video.toy import toy_videos


class Toy(Dataset):
    """Textured balls and glyph-like shapes bouncing over moving backgrounds; see :mod:`inrkit.video.toy`."""

    def clips(self, options: object, shape: Shape) -> Iterable[Video]:
        """The training videos, generated at the size of the clips."""
        assert isinstance(options, ToyOptions)
        return toy_videos(options.count, shape[0], shape[1:], options.seed)

    def held_out(self, options: object, shape: Shape) -> Iterable[Video]:
        """Videos whose motion is in no training video."""
        assert isinstance(options, ToyOptions)
        if not options.held_out:
            return []
        return toy_videos(options.held_out, shape[0], shape[1:], options.seed, held_out=True)
