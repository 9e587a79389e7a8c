"""Pictures of any size are brought to another, held against a computation that shares no code."""

import numpy as np
import pytest
import torch
from torch.nn.functional import interpolate

from inrkit.errors import BadInput
from inrkit.video import parse_size, place, read_video, write_video


def _area(frames, size):
    """The mean over boxes, for whole-number ratios: (T, H, W, 3) to (T, *size, 3)."""
    scaled = interpolate(torch.from_numpy(frames).permute(0, 3, 1, 2).double(), size=size, mode="area")
    return scaled.permute(0, 2, 3, 1)


@pytest.fixture
def noisy(tmp_path, lossless):
    """A lossless file of coarse noise, and its frames (2, 64, 96, 3)."""
    coarse = np.random.default_rng(0).integers(0, 256, (2, 16, 24, 3), dtype=np.uint8)
    frames = coarse.repeat(4, axis=1).repeat(4, axis=2)
    return lossless(tmp_path / "a.mkv", frames), frames


def _differ(video, expected):
    return (video.frames.double() - expected).abs().max().item()


def test_crop_scales_the_short_side_and_cuts_the_long_one(noisy):
    path, frames = noisy
    assert _differ(read_video(path, size=(32, 32)), _area(frames[:, :, 16:80], (32, 32))) <= 2


def test_pad_shows_everything_between_black_bars(noisy):
    path, frames = noisy
    video = read_video(path, size=(48, 48), fit="pad")
    assert _differ(video._replace(frames=video.frames[:, 8:40]), _area(frames, (32, 48))) <= 2
    assert video.frames[:, :8].max() == video.frames[:, 40:].max() == 0


def test_squash_gives_up_the_proportions(noisy):
    path, frames = noisy
    assert _differ(read_video(path, size=(32, 24), fit="squash"), _area(frames, (32, 24))) <= 2


def test_enlarging_is_smooth(tmp_path, pictures, lossless):
    frames = pictures(2, 16, 16)
    video = read_video(lossless(tmp_path / "a.mkv", frames), size=(64, 64))
    smooth = interpolate(torch.from_numpy(frames).permute(0, 3, 1, 2).float(), size=(64, 64), mode="bicubic")
    assert (video.frames - smooth.permute(0, 2, 3, 1)).abs().mean() < 2


def test_colour_keeps_its_resolution(tmp_path):
    """A 4:2:0 file holds one colour for each 2x2 pixels, so at half the size each pixel can have its own."""
    colours = np.random.default_rng(0).integers(40, 216, (1, 32, 32, 3), dtype=np.uint8)
    write_video(tmp_path / "a.mp4", torch.from_numpy(colours.repeat(2, axis=1).repeat(2, axis=2)))
    small = read_video(tmp_path / "a.mp4", size=(32, 32)).frames
    assert (small.double() - torch.from_numpy(colours)).abs().mean() < 18


@pytest.mark.parametrize("source", [(1, 1), (7, 1000), (1000, 7), (33, 64), (64, 33), (1080, 1920)])
@pytest.mark.parametrize("fit", ["crop", "pad", "squash"])
def test_the_result_always_has_the_size(source, fit):
    placement = place(source, (31, 48), fit)
    assert min(placement.scaled) >= 1
    assert placement.apply(np.ones((*placement.scaled, 3), np.uint8)).shape == (31, 48, 3)
    if fit == "crop":
        assert placement.scaled[0] >= 31 and placement.scaled[1] >= 48
    if fit == "pad":
        assert placement.scaled[0] <= 31 and placement.scaled[1] <= 48


def test_a_size_that_is_too_large_is_said_to_be():
    with pytest.raises(BadInput, match="a size of 100000 is too large"):
        parse_size("100000")


def test_parse_size():
    assert parse_size("64") == (64, 64)
    assert parse_size(" 48x80 ") == (48, 80)


@pytest.mark.parametrize("text", ["", "0", "64x", "x64", "-3", "64x0", "64x64x3", "big", "6.4", "1e3"])
def test_parse_size_refuses(text):
    with pytest.raises(BadInput, match="is no size"):
        parse_size(text)
