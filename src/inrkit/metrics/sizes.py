"""Videos of one size, for no metric can compare others."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from inrkit.errors import BadInput


def expect_size(metric: str, videos: Tensor, size: Sequence[int]) -> None:
    """Videos (B, T, H, W, 3) are of this `size`, (T, H, W, 3).

    Raises:
        BadInput: They are not.
    """
    if tuple(videos.shape[1:]) != tuple(size):
        raise BadInput(
            f"{metric} compares videos of one size, and these are {_text(size)} and {_text(videos.shape[1:])}",
            "Bring all of them to the same frames, height and width.",
        )


def _text(size: Sequence[int]) -> str:
    return "x".join(map(str, size[:3]))
