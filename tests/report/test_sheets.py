"""Contact sheets show the frames they should, where they should."""

import pytest
import torch

from inrkit.errors import BadInput
from inrkit.report.sheets import contact_sheet, pair_sheet


def _plain(*levels, size=(8, 8)):
    """A video whose frame i has the red of levels[i] and no other colour."""
    video = torch.zeros(len(levels), *size, 3, dtype=torch.uint8)
    video[..., 0] = torch.tensor(levels, dtype=torch.uint8)[:, None, None]
    return video


def _reds(sheet):
    """The levels of red along each row of frames of a sheet, from top to bottom; paper and ink are grey."""
    rows = []
    for line in sheet:
        frames = line[(line[:, 1] == 0) & (line[:, 2] == 0), 0].tolist()
        levels = [level for i, level in enumerate(frames) if i == 0 or level != frames[i - 1]]
        if levels and (not rows or rows[-1] != levels):
            rows.append(levels)
    return rows


def test_rows_of_evenly_spaced_frames():
    sheet = contact_sheet([("one", _plain(*range(1, 22))), ("two", _plain(50, 60))], columns=5)
    assert sheet.dtype == torch.uint8 and sheet.ndim == 3
    assert _reds(sheet) == [[1, 6, 11, 16, 21], [50, 60]]


def test_frames_are_enlarged_by_a_whole_number():
    sheet = contact_sheet([("", _plain(200, size=(30, 20)))], height=64)
    red = (sheet[..., 0] == 200) & (sheet[..., 1] == 0)
    assert red.any(dim=1).sum() == 60 and red.any(dim=0).sum() == 40


def test_large_frames_are_not_shrunk():
    assert contact_sheet([("", _plain(200, size=(100, 100)))], height=16).shape[0] >= 100


def test_labels_lie_to_the_left_in_dark_ink():
    short, long = (contact_sheet([(label, _plain(200))]) for label in ("a", "a much longer label"))
    assert long.shape[1] > short.shape[1]
    ink = ((long.float() - torch.tensor([40.0, 44, 52])).abs().amax(dim=2) < 4).any(dim=0).nonzero()
    red = ((long[..., 0] == 200) & (long[..., 1] == 0)).any(dim=0).nonzero()
    assert ink.numel() > 20 and ink.max() < red.min()


def test_labels_of_several_lines_fit():
    assert contact_sheet([("toy-0001\n31.2 dB", _plain(9))]).shape[0] >= 64


def test_truth_stands_above_its_result():
    truth, result = [_plain(10, 11), _plain(20, 21)], [_plain(30, 31), _plain(40, 41)]
    assert _reds(pair_sheet(truth, result, ["a", "b"])) == [[10, 11], [30, 31], [20, 21], [40, 41]]


def test_pairs_stand_apart():
    sheet = pair_sheet([_plain(10), _plain(10)], [_plain(20), _plain(20)], ["", ""])
    frames = ((sheet[..., 1] == 0) & (sheet[..., 0] < 30)).any(dim=1)
    gaps = [len(gap) for gap in "".join("#" if each else "." for each in frames).strip(".").split("#") if gap]
    assert gaps[1] > gaps[0] == gaps[2]


def test_as_many_of_each():
    with pytest.raises(BadInput, match="1 true videos, 2 results and 1 labels"):
        pair_sheet([_plain(1)], [_plain(1), _plain(2)], ["a"])


def test_nothing_to_show():
    with pytest.raises(BadInput):
        contact_sheet([])
    with pytest.raises(BadInput):
        contact_sheet([("a", _plain(1)[:0])])
