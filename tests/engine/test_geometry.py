"""Crop, pad, squash and box, there and back."""

import numpy as np
import pytest
import torch

from inrkit.engine.geometry import GREY, geometry
from inrkit.video import Video, open_frames
from inrkit.video.fit import Box


def smooth(height, width):
    """A picture without fine detail: red goes down, green to the right. uint8 (1, H, W, 3)."""
    y = torch.linspace(20, 230, height)[:, None].expand(height, width)
    x = torch.linspace(20, 230, width).expand(height, width)
    return torch.stack([y, x, (x + y) / 2], -1).round().to(torch.uint8)[None]


def cut(picture, **how):
    with open_frames(Video(picture, 25.0), **how) as video:
        return torch.from_numpy(np.stack(list(video.pixels)))


SIZES = [((40, 60), (16, 16)), ((60, 40), (16, 16)), ((45, 33), (20, 12)), ((12, 20), (32, 24)), ((16, 16), (16, 16))]


@pytest.mark.parametrize(("source", "size"), SIZES)
@pytest.mark.parametrize("fit", ["crop", "pad", "squash"])
def test_what_was_cut_lies_where_it_was(source, size, fit):
    picture = smooth(*source)
    place = geometry(source, size, fit)
    back = place.restore(cut(picture, size=size, fit=fit))
    assert back.shape == picture.shape
    inside = place.covered
    step = max(210 / length for length in size)  # from one pixel of the clip to the next
    error = (back.int() - picture.int())[0][inside].abs().float()
    assert error.max() <= 1.5 * step + 3 and error.mean() <= 0.6 * step
    assert (back[0][~inside] == GREY).all()
    large = place.enlarge(cut(picture, size=size, fit=fit))
    assert (large.int() - picture.int())[0][inside].abs().float().mean() <= 0.3 * step + 1


@pytest.mark.parametrize(("source", "size"), SIZES)
def test_only_a_crop_leaves_something_out(source, size):
    for fit in ("pad", "squash"):
        assert geometry(source, size, fit).covered.all()
    covered = geometry(source, size, "crop").covered.double().mean()
    scale = max(want / have for have, want in zip(source, size, strict=True))
    expected = size[0] * size[1] / (source[0] * source[1] * scale**2)
    assert covered == pytest.approx(expected, abs=2.5 / min(source))


def test_the_same_size_is_given_back_to_the_bit():
    picture = torch.randint(0, 256, (3, 10, 12, 3), dtype=torch.uint8)
    place = geometry((10, 12), (10, 12), "crop")
    assert place.source == (10, 12) and torch.equal(place.restore(picture), picture)
    assert torch.equal(place.enlarge(picture), picture)


@pytest.mark.parametrize("fit", ["crop", "squash"])
def test_a_box_lies_where_it_was_taken(fit):
    picture, box = smooth(40, 60), Box(20, 30, 15, 6)
    place = geometry((40, 60), (20, 30), fit, box)
    expected = torch.zeros(40, 60, dtype=torch.bool)
    expected[15:35, 6:36] = True
    assert torch.equal(place.covered, expected)
    back = place.restore(cut(picture, size=(20, 30), fit=fit, box=box))
    assert ((back - picture)[0][expected].int() % 255).abs().max() <= 2
