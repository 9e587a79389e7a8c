"""MS-SSIM, against torchmetrics called directly, and against its definition."""

import pytest
import torch
from torchmetrics.functional.image import multiscale_structural_similarity_index_measure as of_torchmetrics

from inrkit import BadInput
from inrkit.metrics.ms_ssim import MSSSIM, SMALLEST, ms_ssim

SHAPE = (2, 2, 176, 180, 3)


@pytest.fixture
def pair(smooth, noise):
    truth = smooth(0, SHAPE)
    return (truth.float() + noise(1, SHAPE).float() / 8).clamp(0, 255).to(torch.uint8), truth


def test_it_agrees_with_torchmetrics(pair):
    found = ms_ssim(*pair)
    images = [videos.flatten(0, 1).permute(0, 3, 1, 2) / 255 for videos in pair]
    wanted = of_torchmetrics(*images, data_range=1.0, reduction="none").view(2, 2).mean(1)
    assert found.dtype == torch.float64
    assert found.tolist() == pytest.approx(wanted.tolist(), abs=1e-6)
    assert ((found > 0.1) & (found < 0.99)).all()


def test_equal_videos_are_one(pair):
    assert ms_ssim(pair[1], pair[1]).tolist() == pytest.approx([1, 1], abs=1e-6)


@pytest.mark.parametrize("size", [(SMALLEST - 1, 200), (200, SMALLEST - 1)])
def test_a_pixel_less_and_it_names_the_smallest_size(size):
    small = torch.zeros(1, 1, *size, 3, dtype=torch.uint8)
    with pytest.raises(BadInput, match=f"at least 176x176 pixels, these are {size[0]}x{size[1]}") as caught:
        MSSSIM().update(small, small)
    assert "ssim" in caught.value.hint


def test_the_smallest_size_is_that_of_torchmetrics():
    for size, works in ((SMALLEST, True), (SMALLEST - 1, False)):
        image = torch.rand(1, 3, size, size)
        if works:
            of_torchmetrics(image, image, data_range=1.0)
        else:
            with pytest.raises(ValueError, match="larger than 160"):
                of_torchmetrics(image, image, data_range=1.0)


def test_some_pixels_alone_are_refused(pair):
    with pytest.raises(BadInput, match="ms-ssim judges whole frames"):
        MSSSIM().update(*pair, torch.ones(SHAPE[1:4], dtype=torch.bool))
