"""The official INR-V model, written plainly and independently, and checkpoints as its code saves them."""

import copy
import math
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from torch import nn


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    """Networks this small are many times slower on several threads than on one."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def encode(place, octaves):
    """The features of one (t, y, x), number by number, in the official order."""
    features = list(place)
    for octave in range(octaves):
        for c in place:
            features += [math.sin(2**octave * math.pi * c), math.cos(2**octave * math.pi * c)]
    return features


class Mlp(nn.Module):
    """``net.J.0``: a linear layer each, with ReLU between them."""

    def __init__(self, sizes):
        super().__init__()
        last = len(sizes) - 2
        self.net = nn.Sequential(
            *(
                nn.Sequential(nn.Linear(i, o), *([] if j == last else [nn.ReLU()]))
                for j, (i, o) in enumerate(pairwise(sizes))
            )
        )

    def forward(self, values):
        return self.net(values)


class Heads(nn.Module):
    """``nets.I``: one MLP for each tensor of the primary network."""

    def __init__(self, latent, width, layers, counts):
        super().__init__()
        self.nets = nn.ModuleList(Mlp([latent, *[width] * (layers + 1), count]) for count in counts)


class Official(nn.Module):
    """Codes, ten (or so) heads, and a primary network that only shows the shapes."""

    def __init__(
        self, clips, latent=6, width=8, layers=1, inr_width=5, inr_layers=1, octaves=2, video_clip=False, seen=4
    ):
        super().__init__()
        self.octaves, self.latent = octaves, latent
        self.latent_codes = nn.Embedding(clips, 7 if video_clip else latent)
        nn.init.normal_(self.latent_codes.weight)
        self.net = Mlp([3 + 6 * octaves, *[inr_width] * (inr_layers + 1), 3])
        self.hyper_net = Heads(latent, width, layers, [tensor.numel() for tensor in self.net.parameters()])
        if video_clip:
            self.clip = nn.Module()
            self.clip.gru = nn.GRU(seen, 3, 2, batch_first=True, dropout=0.1, bidirectional=True)
            self.clip.model = nn.Linear(4, 4)
            self.mergeclipinstance = nn.Sequential(nn.Linear(6 + 7, 5), nn.ReLU(), nn.Linear(5, latent))

    def weights(self, z):
        """The tensors of one video, name to value, of its latent (latent,)."""
        named = self.net.named_parameters()
        return {name: head(z).view(like.shape) for (name, like), head in zip(named, self.hyper_net.nets, strict=True)}

    @torch.no_grad()
    def render(self, z, shape):
        """(T, H, W, 3), of a latent (latent,)."""
        axes = [[0.0] if n == 1 else [(i / (n - 1) - 0.5) * 2 for i in range(n)] for n in shape]
        places = [(t, y, x) for t in axes[0] for y in axes[1] for x in axes[2]]
        features = torch.tensor([encode(place, self.octaves) for place in places])
        return torch.func.functional_call(self.net, self.weights(z), (features,)).view(*shape, 3)

    @torch.no_grad()
    def encode(self, seen, code):
        """z of what the image network saw of each frame (T, seen), and a code (7,)."""
        self.eval()
        return self.mergeclipinstance(torch.cat([self.clip.gru(seen[None])[0][0].mean(0), code]))

    def train_a_little(self, steps):
        """Some steps of one Adam on everything, as the official code; returns it."""
        optimizer = torch.optim.Adam(self.parameters(), 1e-3)
        features = torch.rand(4, 3 + 6 * self.octaves)
        for _ in range(steps):
            optimizer.zero_grad()
            for z in self.latent_codes.weight:
                torch.func.functional_call(self.net, self.weights(z), (features,)).square().sum().backward()
            optimizer.step()
        return optimizer

    def checkpoint(self, optimizer=None, learned=None):
        """What the official code hands to ``torch.save``."""
        content = {"model": self.state_dict()}
        if optimizer is not None:
            content["optim"] = optimizer.state_dict()
        if learned is not None:
            content["learned_latents"] = {i: [None, None, z] for i, z in learned.items()}
        return copy.deepcopy(content)


@pytest.fixture(scope="session")
def official():
    """The independent model's class."""
    return Official


@pytest.fixture(scope="session")
def encoding():
    """The independent encoding of one place."""
    return encode


def vgg(seed=0):
    """A state dict with the names and shapes of torchvision's VGG-16, of random half-precision values."""
    generator = torch.Generator().manual_seed(seed)
    layers = {0: 64, 2: 64, 5: 128, 7: 128, 10: 256, 12: 256, 14: 256, 17: 512, 19: 512, 21: 512, 24: 512, 26: 512}
    state, channels = {}, 3
    for layer, width in (layers | {28: 512}).items():
        scale = math.sqrt(2 / (9 * channels))
        weight = scale * torch.randn(width, channels, 3, 3, generator=generator)
        state[f"features.{layer}.weight"] = weight.half()
        state[f"features.{layer}.bias"] = (0.1 * torch.randn(width, generator=generator)).half()
        channels = width
    state["classifier.0.bias"] = torch.zeros(3)
    return state


@pytest.fixture(scope="session")
def vgg_state():
    return vgg()


@pytest.fixture(scope="session")
def vgg_file(tmp_path_factory, vgg_state) -> Path:
    """A stand-in for torchvision's file of VGG-16 weights."""
    path = tmp_path_factory.mktemp("weights") / "vgg16-397923af.pth"
    torch.save(vgg_state, path)
    return path


@pytest.fixture(scope="session")
def perceptual(vgg_file):
    """LPIPS of the stand-in file."""
    from inrkit_inrv.perceptual import load_lpips

    return load_lpips(vgg_file)
