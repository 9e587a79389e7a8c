"""PSNR above a still picture, against PSNR itself."""

import pytest
import torch

from inrkit.metrics.psnr import psnr, static_floor
from inrkit.metrics.static_gain import StaticGain, static_gain


def test_it_is_the_difference_of_two_psnrs(smooth, noise):
    found = static_gain(noise(1), smooth(0))
    assert found.dtype == torch.float64
    torch.testing.assert_close(found, psnr(noise(1), smooth(0)) - static_floor(smooth(0)))
    assert (found < 0).all()


def test_the_mean_frame_held_still_gains_nothing(smooth):
    truth = smooth(0)
    still = truth.float().mean(1, keepdim=True).round().to(torch.uint8).expand_as(truth)
    assert static_gain(still, truth).tolist() == [0, 0]


def test_clips_met_exactly_and_clips_that_do_not_move_stay_finite(smooth):
    moving = smooth(0)
    still = moving[:, :1].expand_as(moving)
    assert static_gain(moving, moving).tolist() == (100 - static_floor(moving)).tolist()
    assert static_gain(still, still).tolist() == [0, 0]
    assert static_gain(still + 1, still).tolist() == pytest.approx([48.1308 - 100] * 2, abs=1e-4)


def test_under_a_mask_both_count_the_same_pixels(smooth, noise):
    truth, mask = smooth(0), torch.zeros(3, 16, 16, dtype=torch.bool)
    mask[:, :8] = True
    metric = StaticGain()
    metric.update(noise(1), truth, mask)
    upper = psnr(noise(1)[:, :, :8], truth[:, :, :8]) - static_floor(truth[:, :, :8])
    torch.testing.assert_close(metric.compute()["static-gain"], upper)
