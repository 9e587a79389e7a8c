"""The toy videos: the same everywhere, worth looking at, and not to be solved by a still picture."""

import pytest
import torch

from inrkit.errors import BadInput
from inrkit.video import toy_videos


def _static_floor(videos):
    """Mean PSNR (dB, peak 255) of each video's mean frame, rounded, against the video."""
    floors = []
    for video in videos:
        frames = video.frames.double()
        error = (frames - frames.mean(dim=0).round()).square().mean()
        floors.append(10 * torch.log10(255**2 / error))
    return torch.stack(floors).mean().item()


def test_the_same_again():
    assert all(torch.equal(a.frames, b.frames) for a, b in zip(toy_videos(5), toy_videos(5), strict=True))


def test_shape_names_and_rate():
    video = toy_videos(3, frames=7, size=(20, 36))[2]
    assert video.frames.shape == (7, 20, 36, 3)
    assert video.frames.dtype == torch.uint8
    assert (video.name, video.fps) == ("toy-0002", 12.5)
    assert toy_videos(1, held_out=True)[0].name == "toy-held-out-0000"


def test_a_video_does_not_depend_on_how_many_there_are_or_how_long():
    assert torch.equal(toy_videos(2)[1].frames, toy_videos(9)[1].frames)
    assert torch.equal(toy_videos(1, frames=40)[0].frames[:25], toy_videos(1)[0].frames)


def test_seeds_differ():
    assert not torch.equal(toy_videos(1, seed=1)[0].frames, toy_videos(1, seed=2)[0].frames)


@pytest.mark.parametrize("size", [(32, 32), (64, 64)])
@pytest.mark.parametrize("held_out", [False, True])
def test_a_still_picture_explains_little(size, held_out):
    assert 18 < _static_floor(toy_videos(64, size=size, held_out=held_out)) < 22


def test_a_larger_size_is_the_same_scene():
    small, large = toy_videos(4), toy_videos(4, size=(96, 96))
    for a, b in zip(small, large, strict=True):
        shrunk = b.frames.double().reshape(25, 32, 3, 32, 3, 3).mean(dim=(2, 4))
        assert (shrunk - a.frames).abs().mean() < 2
        assert b.frames.diff(dim=1).abs().max() >= a.frames.diff(dim=1).abs().max() * 0.5


def test_held_out_videos_have_the_look_but_not_the_motion():
    known, held_out = toy_videos(16), toy_videos(16, held_out=True)
    for a, b in zip(known, held_out, strict=True):
        assert (a.frames.int() - b.frames).abs().float().mean() > 5
    mean = lambda videos: torch.stack([video.frames.double().mean(dim=(0, 1, 2)) for video in videos])  # noqa: E731
    colours, others = mean(known), mean(held_out)
    nearest = torch.cdist(others, colours).argmin(dim=1)
    assert (nearest == torch.arange(16)).sum() >= 10


@pytest.mark.parametrize("options", [{"count": 0}, {"frames": 0}, {"size": (0, 8)}, {"seed": -1}])
def test_numbers_too_small(options):
    with pytest.raises(BadInput, match=next(iter(options))):
        toy_videos(**options)
