"""What all metrics refuse that compare a clip with its truth, and how they say that a package is missing."""

import sys

import pytest
import torch

from inrkit import BadInput
from inrkit.discovery import load_registry
from inrkit.metrics.psnr import PSNR
from inrkit.metrics.static_gain import StaticGain


def test_sizes_that_differ_are_named(noise):
    with pytest.raises(BadInput, match=r"psnr compares videos of one size, and these are 3x16x16 and 3x8x16"):
        PSNR().update(noise(0, (2, 3, 8, 16, 3)), noise(0))


def test_a_clip_of_which_no_pixel_counts(noise):
    mask = torch.zeros(2, 3, 16, 16, dtype=torch.bool)
    mask[0] = True
    with pytest.raises(BadInput, match="no pixel of a clip counts"):
        StaticGain().update(noise(0), noise(1), mask)


def test_no_videos_at_all():
    with pytest.raises(BadInput, match="psnr was given no videos"):
        PSNR().compute()


@pytest.mark.parametrize(
    ("metric", "module", "package"),
    [
        ("ms-ssim", "torchmetrics.functional.image", "torchmetrics"),
        ("lpips", "lpips", "lpips"),
    ],
)
def test_without_its_extra_it_says_what_to_install(monkeypatch, metric, module, package):
    monkeypatch.setitem(sys.modules, module, None)
    cls = load_registry().get("metric", metric)
    with pytest.raises(BadInput, match=f"^{metric} needs {package}, which is not installed") as caught:
        cls()
    assert caught.value.hint == "pip install 'inrkit[metrics]'"
