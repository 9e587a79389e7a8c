"""The data sets that INR-V was shown on, with the preparation of its code, and UCF-101 with one of ours."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from inrkit import BadInput, Shape, find_videos
from inrkit_datasets.copies import Copy
from inrkit_datasets.options import CopyOptions, Ucf101Options

PICTURES = {".jpg", ".jpeg", ".png"}

TEST_GROUPS = {1: range(1, 8), 2: range(8, 15), 3: range(15, 22)}
"""Of UCF-101: which of the 25 groups of actors each of its three splits tests on."""


class How2SignFaces(Copy):
    """Faces cut from How2Sign (Duarte et al., CVPR 2021), clips of two seconds; the whole frame, squashed."""

    name = "how2sign-faces"
    count = 10_000
    origin = (
        "INR-V's repository (github.com/bipashasen/INR-V-VideoGenerationSpace) names the archive How2Sign-Blobs.tar; "
        "How2Sign itself: https://how2sign.github.io, for research purposes only."
    )
    licence = "How2Sign (https://how2sign.github.io): for research purposes only."


class RainbowJelly(Copy):
    """Coloured jelly in front of black, cut from one video; the middle 360 columns of 640."""

    name = "rainbowjelly"
    count = 34_526
    box = "360x360+0+140"
    origin = (
        "INR-V's authors never released it: folders of frames, 640x360, of the YouTube video P8Bit37hlsQ. "
        "The rights are its uploader's."
    )
    licence = "From the YouTube video P8Bit37hlsQ; the rights are its uploader's."


class SkyTimelapse(Copy):
    """Skies in time-lapse (Xiong et al., MDGAN, CVPR 2018); the middle 360 columns of 640. Its test part is held out.

    A video shorter than a clip gives none, and is not counted.
    """

    name = "skytimelapse"
    count = 1_803
    box = "360x360+0+140"
    origin = (
        "The repository of MDGAN (github.com/weixiong-ur/mdgan) names its archive, with the folders sky_train and "
        "sky_test, each a folder of frames for each video. The footage is of YouTube, and its rights are not stated."
    )
    licence = "Sky time-lapse of MDGAN (github.com/weixiong-ur/mdgan): from YouTube videos, no licence is stated."

    def training(self, copy: Path, options: CopyOptions) -> list[Path]:
        """Those of ``sky_train``, or of a folder or list that has no such part."""
        train = copy / "sky_train"
        return [video for video in find_videos(train if train.is_dir() else copy) if _long_enough(video, 25)]

    def held_out(self, options: object, shape: Shape) -> Iterable[Path]:
        """Those of ``sky_test``, if it is there."""
        assert isinstance(options, CopyOptions)
        test = self.copy(options) / "sky_test"
        return [video for video in find_videos(test) if _long_enough(video, shape[0])] if test.is_dir() else []


class UCF101(Copy):
    """Human actions (Soomro et al., 2012). INR-V's preparation is not known: the middle square of each frame is ours.

    Groups of actors are held out, as its split says: 1 to 7, 8 to 14, or 15 to 21 of 25.
    """

    name = "ucf101"
    fit = "crop"
    count = 13_320
    origin = "https://www.crcv.ucf.edu/data/UCF101.php, folders of avi files for each action. No licence is stated."
    licence = "UCF-101 (https://www.crcv.ucf.edu/data/UCF101.php): no licence is stated."

    def training(self, copy: Path, options: CopyOptions) -> list[Path]:
        """Those of the groups that are not held out."""
        return self._split(copy, options)[0]

    def held_out(self, options: object, shape: Shape) -> Iterable[Path]:
        """Those of the groups that the split tests on."""
        assert isinstance(options, CopyOptions)
        return self._split(self.copy(options), options)[1]

    def notes(self, options: object) -> list[str]:
        """Whether all videos are here, and whose preparation it is."""
        assert isinstance(options, CopyOptions)
        found = sum(map(len, self._split(self.copy(options), options)))
        ours = "ucf101: the middle square of each frame is inrkit's choice; INR-V's preparation is not known."
        short = f"ucf101: {found:,} videos are here; the published list has {self.count:,}."
        return [ours] if found == self.count else [short, ours]

    def _split(self, copy: Path, options: CopyOptions) -> tuple[list[Path], list[Path]]:
        assert isinstance(options, Ucf101Options)
        parts: tuple[list[Path], list[Path]] = ([], [])
        for video in find_videos(copy):
            named = re.fullmatch(r"v_\w+_g(\d\d)_c\d\d", video.stem)
            if named is None:
                raise BadInput(f"{video} is not named as those of UCF-101: v_ACTION_gNN_cNN.avi", self.origin)
            parts[int(named[1]) in TEST_GROUPS[options.split]].append(video)
        return parts


def _long_enough(video: Path, frames: int) -> bool:
    """Whether a folder has so many frames; a file may have."""
    return not video.is_dir() or sum(file.suffix.lower() in PICTURES for file in video.iterdir()) >= frames
