"""Frames of any size: how they are made up of blocks, cut, and shown at other sizes and rates."""

import pytest
import torch

from inrkit import Spec, grid
from inrkit_nerv.decoder import Decoder, halvings
from inrkit_nerv.encoding import TimeEncoding
from inrkit_nerv.interpolate import between, pixels_at
from inrkit_nerv.nerv import NeRV
from inrkit_nerv.options import DecoderOptions, NeRVOptions


@pytest.mark.parametrize(
    ("size", "head", "strides", "smallest"),
    [
        ((64, 64), 1, [2, 2, 2], (8, 8)),
        ((64, 64), 4, [2], (8, 8)),
        ((72, 128), 4, [2, 2], (5, 8)),
        ((3, 5), 4, [], (1, 2)),
        ((1, 1), 1, [], (1, 1)),
        ((720, 1280), 4, [2, 2, 2, 2, 2], (6, 10)),
    ],
)
def test_frames_are_halved_as_often_as_fits(size, head, strides, smallest):
    decoder = Decoder(DecoderOptions(width=3, head=head), (2, *size))
    assert decoder.strides == halvings(*size, head) == strides
    assert decoder.size == smallest
    if max(size) < 100:
        assert decoder(torch.randn(2, 3, *smallest)).shape == (2, 3, *size)


def test_a_pixel_of_the_decoder_is_a_pixel_of_the_clip():
    """On the training grid nothing is interpolated, though 7x9 is no multiple of the strides."""
    torch.manual_seed(0)
    inr = NeRV(NeRVOptions(width=4, hidden=5), Spec((3, 7, 9)))
    painted = []
    inr.decoder.register_forward_hook(lambda module, given, frames: painted.append(frames))
    rgb = inr(grid((3, 7, 9))[0])
    torch.testing.assert_close(rgb, painted[0].movedim(1, -1), atol=1e-5, rtol=1e-5)


def test_other_sizes_are_bilinear():
    frame = torch.rand(1, 3, 4, 6)
    for size in ((7, 11), (2, 3), (1, 1)):
        shown = pixels_at(frame, grid((1, *size))[0])
        wanted = torch.nn.functional.grid_sample(frame, grid((1, *size))[0][..., [2, 1]], align_corners=True)
        torch.testing.assert_close(shown, wanted.movedim(1, -1))


def test_between_samples():
    assert between(torch.tensor([-1.0, 0.5, 1.0]), 3).tolist() == [[1, 0, 0], [0, 0.5, 0.5], [0, 0, 1]]
    assert between(torch.tensor([-1.0, 0.0, 1.0]), 1).tolist() == [[1], [1], [1]]
    assert between(torch.tensor([-2.0, 2.0]), 2).tolist() == [[1, 0], [0, 1]]


@pytest.mark.parametrize("frames", [1, 2, 3, 25, 132])
def test_waves_end_where_frames_can_no_longer_follow(frames):
    """The fastest makes half a turn at most from frame to frame; the next would make more."""
    encode = TimeEncoding(frames)
    waves = (encode.features - 1) // 2
    assert waves == 0 or 1.25 ** (waves - 1) <= (frames - 1) * (1 + 1e-6)
    assert frames == 1 or 1.25**waves > frames - 1
    assert encode(torch.linspace(-1, 1, frames)).shape == (frames, encode.features)
