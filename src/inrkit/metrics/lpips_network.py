"""The network of LPIPS (Zhang et al., CVPR 2018), from a file of weights: never from random ones in silence.

The linear heads come with the ``lpips`` package. The backbone is a file of torchvision's, from a path or from torch's
cache; nothing is downloaded.
"""

from __future__ import annotations

import io
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from inrkit.errors import BadInput
from inrkit.metrics.extra import extra
from inrkit.metrics.weight_files import once, read_hashed


@dataclass(frozen=True)
class Backbone:
    """What LPIPS stands on: `file` is torchvision's name for its weights, which ends with how their sha256 begins."""

    title: str
    file: str
    smallest: int
    """Pixels a side: less is nothing after its poolings."""

    @property
    def url(self) -> str:
        """Where torchvision has it."""
        return f"https://download.pytorch.org/models/{self.file}"


BACKBONES = {
    "alex": Backbone("AlexNet", "alexnet-owt-7be5be79.pth", 31),
    "vgg": Backbone("VGG-16", "vgg16-397923af.pth", 16),
}


@dataclass(frozen=True)
class Loaded:
    """A network, and what its backbone is."""

    network: nn.Module
    file: str
    sha256: str
    net: str

    @property
    def verified(self) -> str:
        """Whether the backbone is the one that torchvision publishes, as far as the name of its file tells."""
        named = re.search(r"-([0-9a-f]{8})\.pth$", BACKBONES[self.net].file)
        return "torchvision's" if named and self.sha256.startswith(named[1]) else "unverified backbone"


def lpips_network(net: str, backbone: Path | None = None, how: str = "pass its path") -> nn.Module:
    """LPIPS of images (N, 3, H, W) in [-1, 1], twice, -> (N, 1, 1, 1): frozen, and every number of it from a file.

    Args:
        net: ``"alex"``, usual for measuring, or ``"vgg"``, for training.
        backbone: File of torchvision's weights of that network; None: the one in torch's cache.
        how: How a user names such a file, for the message that it is missing.

    Raises:
        BadInput: ``lpips`` is not installed, there is no such file, or it is of another network.
    """
    return load_lpips(net, backbone, how).network


def load_lpips(net: str, given: Path | None, how: str) -> Loaded:
    """As `lpips_network`, with what the backbone is."""
    extra("lpips", "lpips")
    backbone = BACKBONES[net]
    path = given or Path(torch.hub.get_dir()) / "checkpoints" / backbone.file
    if not path.is_file():
        raise BadInput(
            f"LPIPS needs the {backbone.title} weights {backbone.file} of torchvision, and there is no file {path}",
            f"Get it from {backbone.url} and put it there, or {how}.",
        )
    return _loaded(path, net)


@once
def _loaded(path: Path, net: str) -> Loaded:
    """As `load_lpips`, from that file."""
    content, sha256 = read_hashed(path)
    state = _weights(content, path, BACKBONES[net])
    network = _headed(net)
    _fill(network.net, state, path, BACKBONES[net])
    return Loaded(network.eval().requires_grad_(False), path.name, sha256, net)


def _headed(net: str) -> Any:
    """LPIPS with its trained heads, and a backbone of random numbers, all of which are replaced."""
    lpips = extra("lpips", "lpips")
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():  # whoever draws next draws what he would have
        warnings.simplefilter("ignore")  # torchvision's names for arguments that lpips 0.1.4 still uses
        return lpips.LPIPS(net=net, pnet_rand=True, verbose=False)


def _weights(content: bytes, path: Path, backbone: Backbone) -> dict[str, Tensor]:
    """The state dict in the file; tensors only."""
    try:
        state = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except Exception as error:  # the border: unpickling raises whatever it likes
        raise BadInput(f"{path} cannot be read as PyTorch weights ({type(error).__name__})") from error
    if not isinstance(state, dict) or not all(isinstance(value, Tensor) for value in state.values()):
        raise BadInput(f"{path} holds no state dict of tensors", f"Pass torchvision's {backbone.file}.")
    return state


@torch.no_grad()
def _fill(network: nn.Module, state: dict[str, Tensor], path: Path, backbone: Backbone) -> None:
    """Copy ``features.N.*`` into the slices, whose layers keep torchvision's numbers: all of these, and no others."""
    left = {name for name in state if str(name).startswith("features.")}
    for name, parameter in network.named_parameters():
        _, layer, leaf = name.split(".")  # slice1.0.weight
        key = f"features.{layer}.{leaf}"
        if key not in state or state[key].shape != parameter.shape:
            found = tuple(state[key].shape) if key in state else "nothing"
            raise _other(path, backbone, f"{key} should be {tuple(parameter.shape)}, found {found}")
        parameter.copy_(state[key])
        left.discard(key)
    if left:
        raise _other(path, backbone, f"it has no {min(left)}")


def _other(path: Path, backbone: Backbone, why: str) -> BadInput:
    return BadInput(f"{path} is not {backbone.title}: {why}", f"Pass torchvision's {backbone.file}, {backbone.url}.")
