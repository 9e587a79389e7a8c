"""Videos, and files of weights that no training made."""

import math
from types import SimpleNamespace

import pytest
import torch
import torchvision


@pytest.fixture
def noise():
    """``noise(seed)``: two clips, uint8; ``noise(seed, shape)``: of that shape."""

    def make(seed, shape=(2, 3, 16, 16, 3)):
        return torch.randint(0, 256, shape, dtype=torch.uint8, generator=torch.Generator().manual_seed(seed))

    return make


@pytest.fixture
def smooth():
    """``smooth(seed)``: two clips as videos are, of slow changes; ``smooth(seed, shape)``: of that shape."""

    def make(seed, shape=(2, 3, 16, 16, 3)):
        generator = torch.Generator().manual_seed(seed)
        small = torch.rand(shape[0], 3, 2, 4, 4, generator=generator)
        large = torch.nn.functional.interpolate(small, shape[1:4], mode="trilinear")
        return (large.movedim(1, -1) * 255).round().to(torch.uint8)

    return make


ALEX = {0: (64, 3, 11), 3: (192, 64, 5), 6: (384, 192, 3), 8: (256, 384, 3), 10: (256, 256, 3)}
"""Layer to channels out, channels in and pixels a side, as torchvision has them."""

WIDTHS = (3, 64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512)
VGG = {layer: (WIDTHS[i + 1], WIDTHS[i], 3) for i, layer in enumerate((0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28))}


def random_backbone(layers):
    """A state dict as torchvision's, of random half-precision values."""
    generator, state = torch.Generator().manual_seed(0), {"classifier.1.bias": torch.zeros(3)}
    for layer, (out, into, side) in layers.items():
        weight = torch.randn(out, into, side, side, generator=generator) * math.sqrt(2 / (into * side * side))
        state[f"features.{layer}.weight"] = weight.half()
        state[f"features.{layer}.bias"] = (0.1 * torch.randn(out, generator=generator)).half()
    return state


@pytest.fixture(scope="session")
def alex_state():
    return random_backbone(ALEX)


@pytest.fixture(scope="session")
def _files(tmp_path_factory, alex_state):
    files = {name: tmp_path_factory.mktemp("weights") / f"{name}.pth" for name in ("alex", "vgg")}
    torch.save(alex_state, files["alex"])
    torch.save(random_backbone(VGG), files["vgg"])
    return files


def unfilled(model):
    """What makes the layers that LPIPS takes of a model: VGG draws 138 million numbers, which are thrown away."""

    def make(**_):
        with torch.device("meta"):
            layers = model().features
        return SimpleNamespace(features=layers.to_empty(device="cpu"))

    return make


@pytest.fixture
def backbones(_files, monkeypatch):
    """ "alex" and "vgg" to stand-ins for torchvision's files; their networks are built quickly."""
    for name in ("alexnet", "vgg16"):
        monkeypatch.setattr(torchvision.models, name, unfilled(getattr(torchvision.models, name)))
    return _files
