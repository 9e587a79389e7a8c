"""Videos side by side."""

import torch

from inrkit.report.mosaic import enlarged, mosaic, tile


def test_each_video_has_its_place_and_empty_ones_are_white():
    videos = torch.randint(0, 255, (5, 3, 4, 6, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    whole = mosaic(videos, 3)
    assert whole.shape == (3, 8, 18, 3)
    for index, video in enumerate(videos):
        assert torch.equal(tile(whole, index, 3, (4, 6)), video)
    assert torch.equal(whole[:, 4:, :6], videos[3])  # the fourth begins the second row
    assert (tile(whole, 5, 3, (4, 6)) == 255).all()


def test_enlarged_pixels_are_squares():
    picture = torch.arange(12, dtype=torch.uint8).view(2, 2, 3)
    large = enlarged(picture, 3)
    assert large.shape == (6, 6, 3)
    assert torch.equal(large[1::3, 1::3], picture) and (large[:3, :3] == picture[0, 0]).all()
