"""PSNR and its floor, against arithmetic by hand."""

import math

import pytest
import torch

from inrkit.metrics.psnr import PSNR, psnr, static_floor


def video(value, shape=(1, 2, 3, 4, 3)):
    return torch.full(shape, value, dtype=torch.uint8)


@pytest.mark.parametrize(("error", "decibels"), [(1, 48.1308), (5, 34.1514), (255, 0.0)])
def test_a_constant_error(error, decibels):
    assert psnr(video(0), video(error)).item() == pytest.approx(decibels, abs=1e-4)
    assert psnr(video(error), video(0)).item() == pytest.approx(decibels, abs=1e-4)


def test_equal_videos_are_infinitely_good():
    assert psnr(video(7), video(7)).item() == math.inf


def test_each_clip_is_judged_by_itself_by_the_mean_of_its_squared_errors():
    truth = torch.cat([video(100), video(100)])
    rendered = truth.clone()
    rendered[0, 0, 0, 0] = 90  # 3 of 72 values are off by 10
    rendered[1] += 2
    found = psnr(rendered, truth)
    assert found.dtype == torch.float64
    expected = [10 * math.log10(255**2 / (3 * 100 / 72)), 10 * math.log10(255**2 / 4)]
    assert found.tolist() == pytest.approx(expected)


@pytest.mark.parametrize("axes", ["THW", "BTHW"])
def test_only_pixels_under_the_mask_count(axes):
    truth, rendered = video(50, (2, 2, 3, 4, 3)), video(50, (2, 2, 3, 4, 3))
    mask = torch.zeros(2, 3, 4, dtype=torch.bool)
    mask[0, 0] = True
    rendered[:, 0, 0] = 53
    rendered[:, 1] = 255
    found = psnr(rendered, truth, mask if axes == "THW" else mask.expand(2, -1, -1, -1))
    assert found.tolist() == pytest.approx([10 * math.log10(255**2 / 9)] * 2)


def test_masks_that_differ_from_clip_to_clip():
    truth, rendered = video(50, (2, 1, 1, 2, 3)), video(50, (2, 1, 1, 2, 3))
    rendered[..., 0, :] = 60
    mask = torch.tensor([[[[True, True]]], [[[False, True]]]])
    assert psnr(rendered, truth, mask).tolist() == pytest.approx([10 * math.log10(255**2 / 50), math.inf])


def test_the_floor_is_the_mean_frame_held_still():
    truth = torch.cat([video(10, (1, 1, 2, 2, 3)), video(20, (1, 1, 2, 2, 3))], 1)
    assert static_floor(truth).item() == pytest.approx(10 * math.log10(255**2 / 25))
    assert static_floor(video(9)).item() == math.inf


def test_the_mean_frame_is_rounded_to_bytes():
    truth = torch.cat([video(value, (1, 1, 1, 1, 3)) for value in (0, 0, 1)], 1)
    assert static_floor(truth).item() == pytest.approx(10 * math.log10(255**2 / (1 / 3)))


def test_as_a_metric_it_keeps_the_order_of_the_updates():
    metric = PSNR()
    metric.update(torch.cat([video(0), video(1)]), torch.cat([video(255), video(0)]))
    metric.update(video(3), video(3), torch.ones(2, 3, 4, dtype=torch.bool))
    assert metric.compute()["psnr"].tolist() == pytest.approx([0.0, 48.1308, math.inf], abs=1e-4)


@pytest.mark.parametrize("missing", [0, 1])
def test_it_needs_the_truth(missing):
    pair = [video(0), video(0)]
    pair[missing] = None
    with pytest.raises(ValueError, match="both are needed"):
        PSNR().update(*pair)
