"""The error of motion, against arithmetic by hand."""

import math

import pytest
import torch

from inrkit import BadInput
from inrkit.metrics.temporal import Temporal, temporal_error


def levels(*values):
    """One clip of 1x2 pixels, a level for each frame."""
    return torch.tensor(values, dtype=torch.uint8)[None, :, None, None, None].expand(1, len(values), 1, 2, 3)


def test_the_root_of_the_mean_square_of_wrong_changes():
    found = temporal_error(levels(0, 10, 250), levels(0, 13, 249))  # changes 10, 240 for 13, 236
    assert found.dtype == torch.float64
    assert found.tolist() == pytest.approx([math.sqrt((9 + 16) / 2)])


def test_what_is_wrong_in_all_frames_alike_is_no_error_of_motion():
    assert temporal_error(levels(50, 60, 40), levels(20, 30, 10)).tolist() == [0]


def test_the_largest_error_there_is():
    assert temporal_error(levels(0, 255), levels(255, 0)).tolist() == [510]


def test_beside_it_stands_what_a_still_picture_has(smooth, noise):
    metric = Temporal()
    metric.update(noise(0), smooth(1))
    metric.update(levels(7, 7), levels(3, 9))
    found = metric.compute()
    assert set(found) == {"temporal", "temporal-still"}
    changes = smooth(1).double().diff(dim=1).square().flatten(1).mean(1).sqrt()
    assert found["temporal-still"].tolist() == pytest.approx([*changes.tolist(), 6])
    assert found["temporal"][2] == 6
    assert (found["temporal"][:2] > found["temporal-still"][:2]).all()


@pytest.mark.parametrize("axes", ["THW", "BTHW"])
def test_a_change_counts_where_both_of_its_frames_do(axes):
    truth, rendered = levels(0, 10, 20, 30), levels(0, 10, 20, 30).clone()
    rendered[:, 1, :, 0] = 14  # wrong changes at the left: +4, -4, 0
    mask = torch.zeros(4, 1, 2, dtype=torch.bool)
    mask[1:, 0, 0] = mask[2:, 0, 1] = True  # changes 1 and 2 at the left, 2 at the right
    mask = mask if axes == "THW" else mask[None]
    assert temporal_error(rendered, truth, mask).tolist() == pytest.approx([math.sqrt(16 / 3)])


def test_without_any_change_there_is_nothing_to_judge():
    with pytest.raises(BadInput, match="these videos have one frame"):
        Temporal().update(levels(1), levels(2))
    mask = torch.tensor([True, False, True])[:, None, None].expand(3, 1, 2)
    with pytest.raises(BadInput, match="a pixel that counts in two frames in turn"):
        Temporal().update(levels(1, 2, 3), levels(1, 2, 3), mask)
