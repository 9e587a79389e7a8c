"""LPIPS-VGG (Zhang et al., CVPR 2018) as a loss, from a file of VGG-16 weights: never from random ones in silence.

The linear heads come with the ``lpips`` package. The backbone is torchvision's ``vgg16-397923af.pth``, from a path or
from torch's cache; nothing is downloaded.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from inrkit import BadInput

BACKBONE = "vgg16-397923af.pth"


class PerceptualLoss:
    """LPIPS of frames, averaged over the frames of each clip; the network is frozen and moves to its inputs' device."""

    def __init__(self, network: nn.Module) -> None:
        self._network = network.eval().requires_grad_(False)

    def __call__(self, rgb: Tensor, target: Tensor) -> Tensor:
        """(B, F, H, W, 3) in [-1, 1], twice -> (B,)."""
        clips, frames = rgb.shape[:2]
        self._network.to(rgb.device)
        images = (video.flatten(0, 1).permute(0, 3, 1, 2) for video in (rgb, target))
        distance: Tensor = self._network(*images)
        return distance.view(clips, frames).mean(1)


def load_lpips(weights: Path | None) -> PerceptualLoss:
    """The loss, with its backbone from `weights` or torch's cache.

    Raises:
        BadInput: There is no such file, it is no state dict of VGG-16, or its shapes differ.
    """
    path = weights or Path(torch.hub.get_dir()) / "checkpoints" / BACKBONE
    if not path.is_file():
        raise BadInput(
            f"LPIPS needs the VGG-16 weights {BACKBONE} of torchvision, and there is no file {path}",
            "Put it there, or pass -o lpips_weights=FILE; or train without LPIPS: -o lpips=0.",
        )
    state = read_weights(path)
    network = empty_lpips()
    fill_backbone(network, state, path)
    return PerceptualLoss(network)


def empty_lpips() -> Any:
    """LPIPS with its trained heads and a random backbone, to be filled."""
    import lpips

    with warnings.catch_warnings():  # torchvision's names for arguments that lpips 0.1.4 still uses
        warnings.simplefilter("ignore")
        return lpips.LPIPS(net="vgg", pnet_rand=True, verbose=False)


def read_weights(path: Path) -> dict[str, Tensor]:
    """The state dict in `path`; tensors only."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise BadInput(f"{path} cannot be read as PyTorch weights ({type(error).__name__})") from error
    if not isinstance(state, dict) or not all(isinstance(value, Tensor) for value in state.values()):
        raise BadInput(f"{path} holds no state dict of tensors", f"Pass torchvision's {BACKBONE}.")
    return state


def fill_backbone(network: Any, state: dict[str, Tensor], path: Path) -> None:
    """Copy ``features.N.*`` into the backbone's slices, whose layers keep torchvision's numbers; all must be there."""
    with torch.no_grad():
        for name, parameter in network.net.named_parameters():
            _, layer, leaf = name.split(".")  # slice1.0.weight
            key = f"features.{layer}.{leaf}"
            if key not in state or state[key].shape != parameter.shape:
                found = tuple(state[key].shape) if key in state else "nothing"
                raise BadInput(
                    f"{path} is not VGG-16: {key} should be {tuple(parameter.shape)}, found {found}",
                    f"Pass torchvision's {BACKBONE}.",
                )
            parameter.copy_(state[key])
