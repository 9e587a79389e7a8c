"""PSNR and SSIM are those of scikit-image and of torchmetrics."""

import numpy as np
import pytest
import torch
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from torchmetrics.functional.image import structural_similarity_index_measure

from inrkit.metrics.psnr import psnr
from inrkit.metrics.ssim import ssim

SHAPE = (2, 3, 40, 36, 3)


@pytest.fixture
def pair(smooth, noise):
    truth = smooth(0, SHAPE)
    return (truth.float() * 0.9 + noise(1, SHAPE).float() / 16).clamp(0, 255).to(torch.uint8), truth


def test_psnr_with_scikit_image(pair):
    wanted = [peak_signal_noise_ratio(truth.numpy(), video.numpy()) for video, truth in zip(*pair, strict=True)]
    assert psnr(*pair).tolist() == pytest.approx(wanted, abs=1e-6)


def test_ssim_with_scikit_image_where_the_window_meets_no_border(pair):
    """At a border scikit-image mirrors the last pixel too, and leaves it out of the mean."""
    mask = torch.zeros(SHAPE[1:4], dtype=torch.bool)
    mask[:, 5:-5, 5:-5] = True
    wanted = [
        np.mean([_of_scikit_image(*frames) for frames in zip(video.numpy(), truth.numpy(), strict=True)])
        for video, truth in zip(*pair, strict=True)
    ]
    assert ssim(*pair, mask).tolist() == pytest.approx(wanted, abs=1e-6)


def _of_scikit_image(frame, truth):
    settings = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "data_range": 255}
    return structural_similarity(truth, frame, channel_axis=-1, **settings)


def test_ssim_with_torchmetrics(pair):
    images = [videos.flatten(0, 1).permute(0, 3, 1, 2).double() / 255 for videos in pair]
    wanted = structural_similarity_index_measure(*images, data_range=1.0, reduction="none").view(2, 3).mean(1)
    assert ssim(*pair).tolist() == pytest.approx(wanted.tolist(), abs=1e-6)
