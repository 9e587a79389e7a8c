"""LPIPS: its weights come from a file, whole and harmless, or not at all."""

import os

import pytest
import torch

from inrkit import BadInput
from inrkit_inrv.method import InrV
from inrkit_inrv.options import InrVOptions
from inrkit_inrv.perceptual import BACKBONE, load_lpips


def test_without_the_file_it_says_where_and_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    for make in (lambda: load_lpips(None), lambda: InrV(InrVOptions())):
        with pytest.raises(BadInput) as caught:
            make()
        assert caught.value.exit_code == 2
        assert str(tmp_path / "checkpoints" / BACKBONE) in caught.value.message
        assert "-o lpips=0" in caught.value.hint
        assert "-o lpips_weights=FILE" in caught.value.hint


def test_a_named_file_that_is_missing_is_named(tmp_path):
    with pytest.raises(BadInput, match=r"there is no file .*here\.pth"):
        load_lpips(tmp_path / "here.pth")


def test_the_cache_of_torch_is_looked_into(monkeypatch, tmp_path, vgg_file):
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / BACKBONE).symlink_to(vgg_file)
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    load_lpips(None)


class Code:
    """What runs a command when it is unpickled."""

    def __init__(self, command):
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


@pytest.mark.parametrize("damage", ["short", "text", "code", "list", "numbers", "missing layer", "other shape"])
def test_any_other_file_is_refused(tmp_path, vgg_file, vgg_state, damage):
    path, trace = tmp_path / "weights.pth", tmp_path / "run"
    if damage == "short":
        path.write_bytes(vgg_file.read_bytes()[:100_000])
    elif damage == "text":
        path.write_text("<html>404</html>")
    else:
        content = {
            "code": {"features.0.weight": Code(f"touch {trace}")},
            "list": [torch.zeros(2)],
            "numbers": {"features.0.weight": 3},
            "missing layer": {k: v for k, v in vgg_state.items() if k != "features.28.bias"},
            "other shape": vgg_state | {"features.0.weight": torch.zeros(64, 1, 3, 3)},
        }
        torch.save(content[damage], path)
    with pytest.raises(BadInput, match=r"weights\.pth") as caught:
        load_lpips(path)
    assert caught.value.exit_code == 2
    assert not trace.exists()
    if damage == "missing layer":
        assert "features.28.bias should be (512,), found nothing" in caught.value.message


def test_every_number_of_the_backbone_is_the_files(perceptual, vgg_state):
    named = dict(perceptual._network.net.named_parameters())
    taken = set()
    for name, parameter in named.items():
        _, layer, leaf = name.split(".")
        taken.add(f"features.{layer}.{leaf}")
        assert torch.equal(parameter, vgg_state[f"features.{layer}.{leaf}"].float())
    assert taken == {name for name in vgg_state if name.startswith("features.")}


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
