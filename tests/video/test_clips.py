"""A stream of frames is cut into clips, holding no more than one clip."""

from itertools import count, islice

import numpy as np
import pytest

from inrkit.errors import BadInput
from inrkit.video import ClipSettings, cut


def _numbered(numbers):
    return (np.full((2, 2, 3), number, np.uint8) for number in numbers)


def _cut(length, frames, stride=None):
    settings = ClipSettings(frames, (2, 2), stride)
    return [(start, clip[:, 0, 0, 0].tolist()) for start, clip in cut(_numbered(range(length)), settings)]


def test_clips_follow_each_other():
    assert _cut(8, 3) == [(0, [0, 1, 2]), (3, [3, 4, 5])]


def test_stride_smaller_than_a_clip_overlaps():
    assert _cut(6, 3, stride=2) == [(0, [0, 1, 2]), (2, [2, 3, 4])]


def test_stride_larger_than_a_clip_leaves_frames_out():
    assert _cut(12, 2, stride=5) == [(0, [0, 1]), (5, [5, 6]), (10, [10, 11])]


def test_a_short_video_gives_none():
    assert _cut(2, 3) == []


def test_an_endless_video_is_read_as_far_as_needed():
    settings = ClipSettings(2, (2, 2))
    assert [start for start, _ in islice(cut(_numbered(n % 256 for n in count()), settings), 3)] == [0, 2, 4]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("frames", {"frames": 0}),
        ("height", {"size": (0, 8)}),
        ("width", {"size": (8, -1)}),
        ("stride", {"stride": 0}),
        ("limit", {"limit": 0}),
        ("fit", {"fit": "stretch"}),
    ],
)
def test_settings_that_make_no_sense(name, options):
    with pytest.raises(BadInput, match=name):
        ClipSettings(**{"frames": 5, "size": (8, 8), **options})
