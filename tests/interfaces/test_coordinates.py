"""Where pixels lie."""

import pytest
import torch

from inrkit.interfaces.coordinates import axis, grid, points


def test_align_corners():
    assert axis(5).tolist() == [-1.0, -0.5, 0.0, 0.5, 1.0]
    assert axis(2).tolist() == [-1.0, 1.0]


def test_a_single_sample_lies_at_zero():
    assert axis(1).tolist() == [0.0]
    assert grid((1, 1, 1)).tolist() == [[[[[0.0, 0.0, 0.0]]]]]


def test_a_coordinate_is_time_then_row_then_column():
    whole = grid((3, 5, 2))
    assert whole.shape == (1, 3, 5, 2, 3)
    assert whole.dtype == torch.float32
    assert whole[0, 2, 1, 0].tolist() == [1.0, -0.5, -1.0]


def test_chosen_frames_are_those_of_the_whole_grid():
    chosen = torch.tensor([3, 0, 3])
    assert torch.equal(grid((4, 3, 2), chosen), grid((4, 3, 2))[:, chosen])


@pytest.mark.parametrize("shape", [(1, 1, 1), (4, 3, 2), (1, 5, 3), (25, 7, 11)])
def test_points_agree_with_the_grid_to_the_last_bit(shape):
    everything = grid(shape).reshape(-1, 3)
    index = torch.arange(len(everything))
    assert torch.equal(points(shape, index), everything)
    pairs = index.flip(0)[None].expand(2, -1)
    assert torch.equal(points(shape, pairs), everything[pairs])


def test_positions_are_those_of_the_official_code_to_the_last_bit():
    expected = torch.stack([(torch.tensor(float(i)) / 24 - 0.5) * 2 for i in range(25)])
    assert torch.equal(axis(25), expected)
