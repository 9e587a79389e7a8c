"""SSIM, against arithmetic by hand."""

import pytest
import torch

from inrkit import BadInput
from inrkit.discovery import load_registry
from inrkit.metrics.ssim import SSIM, ssim


def flat(value, shape=(1, 2, 8, 12, 3)):
    return torch.full(shape, value, dtype=torch.uint8)


def noise(seed, shape=(2, 2, 16, 16, 3)):
    return torch.randint(0, 256, shape, dtype=torch.uint8, generator=torch.Generator().manual_seed(seed))


def luminance_term(a, b):
    """SSIM of two flat images: nothing varies, so only the means speak."""
    constant = (0.01 * 255) ** 2
    return (2 * a * b + constant) / (a * a + b * b + constant)


@pytest.mark.parametrize(("a", "b"), [(0, 255), (100, 120), (7, 7)])
def test_flat_videos(a, b):
    found = ssim(flat(a), flat(b))
    assert found.dtype == torch.float64
    assert found.item() == pytest.approx(luminance_term(a, b), abs=1e-9)


def test_equal_videos_are_one_and_opposite_ones_are_below_nought():
    assert ssim(noise(0), noise(0)).tolist() == pytest.approx([1, 1], abs=1e-9)
    assert (ssim(noise(0), 255 - noise(0)) < 0).all()


def test_each_clip_is_judged_by_itself():
    both = ssim(torch.cat([noise(0), noise(1)]), torch.cat([noise(0), noise(2)]))
    assert both[:2].tolist() == pytest.approx([1, 1], abs=1e-9)
    assert torch.equal(both[2:], ssim(noise(1), noise(2)))
    assert (both[2:] < 0.3).all()


@pytest.mark.parametrize("axes", ["THW", "BTHW"])
def test_on_a_mask_it_is_the_mean_of_the_map_there(axes):
    """One frame is equal, the other is not: whoever looks at one sees nothing of the other."""
    truth, rendered = flat(100, (2, 2, 8, 12, 3)), flat(100, (2, 2, 8, 12, 3))
    rendered[:, 1] = 30
    mask = torch.zeros(2, 8, 12, dtype=torch.bool)
    mask[0] = True
    mask = mask if axes == "THW" else mask.expand(2, -1, -1, -1)
    assert ssim(rendered, truth, mask).tolist() == pytest.approx([1, 1], abs=1e-9)
    assert ssim(rendered, truth, ~mask).tolist() == pytest.approx([luminance_term(100, 30)] * 2, abs=1e-9)
    assert ssim(rendered, truth).tolist() == pytest.approx([(1 + luminance_term(100, 30)) / 2] * 2, abs=1e-9)


def test_two_masks_that_share_out_the_pixels_share_out_the_sum():
    mask = torch.rand(2, 16, 16, generator=torch.Generator().manual_seed(3)) < 0.25
    parts = [ssim(noise(1), noise(2), part) * part.sum() for part in (mask, ~mask)]
    torch.testing.assert_close(sum(parts) / mask.numel(), ssim(noise(1), noise(2)))


def test_masks_that_differ_from_clip_to_clip():
    truth, rendered = flat(100, (2, 2, 8, 12, 3)), flat(100, (2, 2, 8, 12, 3))
    rendered[:, 1] = 30
    mask = torch.zeros(2, 2, 8, 12, dtype=torch.bool)
    mask[0, 0] = mask[1, 1] = True
    assert ssim(rendered, truth, mask).tolist() == pytest.approx([1, luminance_term(100, 30)], abs=1e-9)


def test_as_a_metric_it_keeps_the_order_of_the_updates():
    metric = load_registry().get("metric", "ssim")()
    assert isinstance(metric, SSIM)
    metric.update(flat(0), flat(255))
    metric.update(noise(5), noise(5))
    assert metric.compute()["ssim"].tolist() == pytest.approx([luminance_term(0, 255), 1, 1], abs=1e-9)


@pytest.mark.parametrize("missing", [0, 1])
def test_it_needs_the_truth(missing):
    pair = [flat(0), flat(0)]
    pair[missing] = None
    with pytest.raises(ValueError, match="both are needed"):
        SSIM().update(*pair)


def test_frames_too_small_for_its_window():
    assert ssim(flat(9, (1, 1, 6, 6, 3)), flat(9, (1, 1, 6, 6, 3))).item() == pytest.approx(1, abs=1e-9)
    with pytest.raises(BadInput, match="at least 6x6 pixels, these are 5x8"):
        ssim(flat(9, (1, 1, 5, 8, 3)), flat(9, (1, 1, 5, 8, 3)))
