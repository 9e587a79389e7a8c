"""LPIPS as a loss; how its weights are read is inrkit's own."""

import pytest
import torch

from inrkit import BadInput
from inrkit_inrv.method import InrV
from inrkit_inrv.options import InrVOptions
from inrkit_inrv.perceptual import load_lpips


def test_without_the_file_it_says_where_and_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    for make in (lambda: load_lpips(None), lambda: InrV(InrVOptions())):
        with pytest.raises(BadInput) as caught:
            make()
        assert caught.value.exit_code == 2
        assert str(tmp_path / "checkpoints" / "vgg16-397923af.pth") in caught.value.message
        assert "-o lpips=0" in caught.value.hint
        assert "-o lpips_weights=FILE" in caught.value.hint


@pytest.fixture
def frames():
    torch.manual_seed(0)
    return torch.rand(2, 2, 32, 32, 3) * 2 - 1


def test_equal_frames_are_at_no_distance_and_others_at_some(perceptual, frames):
    assert perceptual(frames, frames).tolist() == [0.0, 0.0]
    other = frames.clone()
    other[1, 0] = -other[1, 0]
    found = perceptual(frames, other)
    assert found[0] == 0
    assert found[1] > 0


def test_a_clip_has_the_mean_distance_of_its_frames(perceptual, frames):
    whole = perceptual(frames, -frames)
    each = perceptual(frames.flatten(0, 1)[:, None], -frames.flatten(0, 1)[:, None])
    torch.testing.assert_close(whole, each.view(2, 2).mean(1))


def test_the_gradient_reaches_what_was_rendered_and_the_network_is_frozen(perceptual, frames):
    rgb = (frames * 0.5).requires_grad_()
    perceptual(rgb, frames).sum().backward()
    assert rgb.grad.isfinite().all()
    assert rgb.grad.flatten(2).any(-1).all()
    assert not perceptual._network.training
    assert all(not p.requires_grad and p.grad is None for p in perceptual._network.parameters())
