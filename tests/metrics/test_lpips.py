"""LPIPS, against the lpips package called directly with the same weights."""

import hashlib
import json
import warnings

import lpips as package
import pytest
import torch

from inrkit import BadInput
from inrkit.discovery import load_registry
from inrkit.metrics import lpips as module
from inrkit.metrics.lpips_network import Loaded
from inrkit.metrics.options import LpipsOptions

SHAPE = (2, 3, 32, 40, 3)


def metric_of(backbones, net="alex"):
    return load_registry().get("metric", "lpips")(LpipsOptions(net=net, backbone=backbones[net]))


def directly(backbones, net, rendered, truth):
    """(B,), by the package alone: its own loading of a backbone, with torchvision's names, then its own scaling."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network = package.LPIPS(net=net, pnet_rand=True, verbose=False).eval()
    state = torch.load(backbones[net], weights_only=True)
    for slice_ in (network.net.slice1, network.net.slice2, network.net.slice3, network.net.slice4, network.net.slice5):
        for layer, child in slice_.named_children():
            own = {leaf: state[f"features.{layer}.{leaf}"] for leaf in ("weight", "bias") if hasattr(child, leaf)}
            child.load_state_dict(own, strict=bool(own))
    images = [videos.flatten(0, 1).permute(0, 3, 1, 2) / 255 for videos in (rendered, truth)]
    with torch.no_grad():
        return network(*images, normalize=True).view(rendered.shape[:2]).double().mean(1)


@pytest.mark.parametrize(("net", "shape"), [("alex", SHAPE), ("vgg", (2, 1, 16, 18, 3))])
def test_it_is_what_the_package_says(backbones, net, shape, smooth, noise):
    rendered, truth = noise(0, shape), smooth(1, shape)
    metric = metric_of(backbones, net)
    metric.update(rendered, truth)
    found = metric.compute()["lpips"]
    assert found.dtype == torch.float64
    assert found.tolist() == pytest.approx(directly(backbones, net, rendered, truth).tolist(), abs=1e-6)
    assert (found > 0.01).all()


def test_equal_videos_are_at_no_distance(backbones, noise):
    metric = metric_of(backbones)
    metric.update(noise(0, SHAPE), noise(0, SHAPE))
    assert metric.compute()["lpips"].tolist() == [0, 0]


def test_frames_go_through_in_bounded_batches(backbones, monkeypatch, smooth, noise):
    whole, parts = metric_of(backbones), metric_of(backbones)
    whole.update(noise(0, SHAPE), smooth(1, SHAPE))
    sizes, inner = [], module._distances
    monkeypatch.setattr(module, "_distances", lambda net, a, b: sizes.append(len(a)) or inner(net, a, b))
    monkeypatch.setattr(module, "TOGETHER", 4 * 32 * 40)
    parts.update(noise(0, SHAPE), smooth(1, SHAPE))
    assert sizes == [4, 2]
    torch.testing.assert_close(whole.compute(), parts.compute())


def test_beside_it_stands_which_weights_they_were(backbones):
    about = metric_of(backbones, "vgg").about()
    sha256 = hashlib.sha256(backbones["vgg"].read_bytes()).hexdigest()
    assert json.loads(json.dumps(about)) == {
        "net": "vgg",
        "version": "0.1",
        "backbone": {"file": "vgg.pth", "sha256": sha256, "verified": "unverified backbone"},
        "notes": ["unverified backbone: vgg.pth is not torchvision's vgg16-397923af.pth"],
    }


@pytest.mark.parametrize(("net", "begin"), [("alex", "7be5be79"), ("vgg", "397923af")])
def test_torchvisions_files_are_known_by_how_their_hashes_begin(net, begin):
    assert Loaded(torch.nn.Identity(), "any.pth", begin + 56 * "0", net).verified == "torchvision's"
    assert Loaded(torch.nn.Identity(), "any.pth", "0" + begin + 55 * "0", net).verified == "unverified backbone"


@pytest.mark.parametrize(("net", "smallest"), [("alex", 31), ("vgg", 16)])
def test_frames_too_small_for_the_network(backbones, net, smallest):
    small = torch.zeros(1, 1, 40, smallest - 1, 3, dtype=torch.uint8)
    with pytest.raises(BadInput, match=f"{net}.*at least {smallest}x{smallest} pixels, these are 40x{smallest - 1}"):
        metric_of(backbones, net).update(small, small)


def test_some_pixels_alone_are_refused(backbones, noise):
    with pytest.raises(BadInput, match="lpips judges whole frames"):
        metric_of(backbones).update(noise(0, SHAPE), noise(1, SHAPE), torch.ones(SHAPE[1:4], dtype=torch.bool))
