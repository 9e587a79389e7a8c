"""Every metric of the core keeps the contract that those of plugins keep."""

import pytest

from inrkit.testing import check_metric


@pytest.mark.parametrize("name", ["psnr", "ssim", "static-gain", "temporal", "nearest", "diversity"])
def test_those_that_need_nothing_special(name):
    check_metric(name)


def test_ms_ssim_on_frames_that_are_large_enough():
    check_metric("ms-ssim", clip_shape=(1, 176, 177))


def test_lpips_on_the_smallest_frames(backbones):
    check_metric("lpips", {"backbone": backbones["alex"]}, clip_shape=(1, 31, 33))
