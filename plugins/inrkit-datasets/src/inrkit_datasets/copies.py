"""A published data set as it lies on this machine: found, counted, and cut as it was when it was trained on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from inrkit import BadInput, Dataset, Shape, find_videos
from inrkit_datasets.options import CopyOptions


class Copy(Dataset):
    """Videos that somebody published, from a copy that the user names.

    INR-V takes the first 25 frames of each video, and squashes what is left of a frame to a square.

    Attributes:
        name: What users type.
        origin: Where it comes from, for those who have no copy.
        count: How many videos INR-V trained on.
        box: The part of each frame that is taken, as ``--box`` has it; None: all of it.
        fit: How it is brought to the size of a clip.
    """

    name: ClassVar[str]
    origin: ClassVar[str]
    count: ClassVar[int]
    box: ClassVar[str | None] = None
    fit: ClassVar[str] = "squash"

    def clips(self, options: object, shape: Shape) -> Iterable[Path]:
        """The videos to train on, in natural order, or in that of the list."""
        assert isinstance(options, CopyOptions)
        self._found = self.training(self.copy(options), options)
        return self._found

    def settings(self, options: object) -> Mapping[str, Any]:
        """One clip of 25 frames from the start of each video, of the published part of the frame."""
        cut = {"data.frames": 25, "data.per_video": 1, "data.fit": self.fit}
        return cut | ({"data.box": self.box} if self.box else {})

    def notes(self, options: object) -> Sequence[str]:
        """Whether these are as many videos as INR-V trained on."""
        if len(self._found) == self.count:
            return ()
        return (f"{self.name}: {len(self._found):,} training videos are here; the published list has {self.count:,}.",)

    def training(self, copy: Path, options: CopyOptions) -> list[Path]:
        """The videos to train on, of those in a copy."""
        return find_videos(copy)

    def copy(self, options: CopyOptions) -> Path:
        """Where the user's copy is.

        Raises:
            BadInput: It is not said, or there is nothing.
        """
        if options.path is None:
            raise BadInput(f"{self.name} is read from a copy of your own: -o dataset.path=FOLDER", self.origin)
        if not options.path.exists():
            raise BadInput(f"there is no copy of {self.name} at {options.path}", self.origin)
        return options.path
