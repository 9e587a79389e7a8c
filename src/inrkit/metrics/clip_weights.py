"""The image network of a CLIP model (Radford et al., 2021), from open_clip and a file of weights."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor, nn

from inrkit.errors import BadInput, did_you_mean
from inrkit.metrics.weight_files import once, read_hashed

MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)
"""Of the red, green and blue that CLIP was trained on."""

WEIGHTS = "open_clip_model.safetensors"
PREFIX = "visual."
ARCHITECTURE = {"embed_dim", "vision_cfg", "text_cfg", "quick_gelu"}
"""What the configuration of a plain CLIP says; others bring networks of further packages, which fetch files."""


VARIABLE = "INRKIT_CLIP_WEIGHTS"
"""Of the environment: the file, where no option names one."""


class Asker(NamedTuple):
    """Who wants the network, for messages: its name, and what its options ``model`` and ``weights`` begin with."""

    name: str
    options: str

    def way(self, option: str) -> str:
        """How a user gives an option."""
        return f"{self.options}{option}"


@dataclass
class ImageEncoder:
    """Images to embeddings, and which weights it has."""

    network: nn.Module
    side: int
    width: int
    file: str
    sha256: str

    def __call__(self, images: Tensor, normalise: bool = True) -> Tensor:
        """Float (N, 3, H, W) in [0, 255] -> (N, D), embeddings of any length.

        Images are resized to the network's square, bicubically and antialiased; nothing is cut off.

        Args:
            normalise: By CLIP's own mean and deviation of colours, as it was trained; False leaves [0, 1].
        """
        square = (self.side, self.side)
        images = nn.functional.interpolate(images, square, mode="bicubic", antialias=True).clamp(0, 255) / 255
        mean, std = (torch.tensor(values, device=images.device)[:, None, None] for values in (MEAN, STD))
        if normalise:
            images = (images - mean) / std
        embeddings: Tensor = self.network.to(images.device)(images)
        return embeddings


def clip_image_encoder(model: str, weights: Path | None = None, *, name: str, options: str) -> ImageEncoder:
    """The image network of a CLIP, frozen, and every number of it from a file; nothing is downloaded.

    It is called as ``encoder(images)``, float (N, 3, H, W) in [0, 255] -> (N, D); ``width`` is D, ``sha256`` that of
    the file.

    Args:
        model: As open_clip has it, such as ``"ViT-B-32-quickgelu"``, of which OpenAI's weights are.
        weights: A safetensors file as open_clip writes it; None: the one that ``INRKIT_CLIP_WEIGHTS`` names, or
            OpenAI's, if Hugging Face's cache has them.
        name: Who wants it, for messages.
        options: What its options begin with where a user gives them, as ``"-o encoder."``.

    Raises:
        BadInput: open_clip is not installed, the model is none of its plain ones, the file is not there, not
            safetensors, or of another model.
    """
    asker = Asker(name, options)
    open_clip = _open_clip(asker)
    configuration = _configuration(open_clip, model)
    if weights is None and os.environ.get(VARIABLE):
        weights = Path(os.environ[VARIABLE])
    path = weights or _cached(open_clip, model, bool(configuration.get("quick_gelu")), asker)
    return _loaded(path, (model, asker))


@once
def _loaded(path: Path, how: tuple[str, Asker]) -> ImageEncoder:
    """As `clip_image_encoder`, from that file."""
    model, asker = how
    open_clip = _open_clip(asker)
    configuration = _configuration(open_clip, model)
    content, sha256 = read_hashed(path)
    with torch.device("meta"):  # a shape, and no memory: every number comes from the file
        network: nn.Module = open_clip.CLIP(**configuration).visual
    _fill(network, _tensors(path, content), path, model, asker)
    side, width = configuration["vision_cfg"]["image_size"], configuration["embed_dim"]
    return ImageEncoder(network.eval().requires_grad_(False), side, width, path.name, sha256)


def _open_clip(asker: Asker) -> ModuleType:
    try:
        return import_module("open_clip")
    except ImportError as error:
        missing = f"{asker.name} needs open_clip, which is not installed"
        raise BadInput(missing, "pip install 'inrkit[clip]'") from error


def _configuration(open_clip: ModuleType, model: str) -> dict[str, Any]:
    if model not in open_clip.list_models():
        raise BadInput(f"open_clip has no model {model!r}", did_you_mean(model, open_clip.list_models()))
    configuration: dict[str, Any] = open_clip.get_model_config(model)
    towers = configuration["vision_cfg"].keys() | configuration["text_cfg"].keys()
    if configuration.keys() - ARCHITECTURE or towers & {"timm_model_name", "hf_model_name"}:
        raise BadInput(f"{model} is no plain CLIP model", "Use one such as ViT-B-32-quickgelu or ViT-L-14-quickgelu.")
    return configuration


def _cached(open_clip: ModuleType, model: str, quick_gelu: bool, asker: Asker) -> Path:
    """OpenAI's weights, where something has fetched them already."""
    from huggingface_hub import try_to_load_from_cache

    known = open_clip.get_pretrained_cfg(model, "openai")
    if not known.get("hf_hub") or bool(known.get("quick_gelu")) != quick_gelu:
        raise BadInput(f"there are no weights of OpenAI's for {model}", f"Pass a file: {asker.way('weights=FILE')}.")
    repository = known["hf_hub"].strip("/")
    found = try_to_load_from_cache(repository, WEIGHTS)
    if not isinstance(found, str):
        raise BadInput(
            f"{asker.name} needs the weights of {model}, which are not on this machine",
            f"Fetch {WEIGHTS} from https://huggingface.co/{repository} and pass it: {asker.way('weights=FILE')}, "
            f"or {VARIABLE}=FILE.",
        )
    return Path(found)


def _tensors(path: Path, content: bytes) -> dict[str, Tensor]:
    """Those of the image network, by their names in it."""
    try:
        tensors = safetensors.torch.load(content)
    except SafetensorError as error:
        hint = "The .pt files of OpenAI are code; take the safetensors file of the same weights."
        raise BadInput(f"{path} is no safetensors file: {error}", hint) from error
    return {name.removeprefix(PREFIX): value.float() for name, value in tensors.items() if name.startswith(PREFIX)}


def _fill(network: nn.Module, tensors: dict[str, Tensor], path: Path, model: str, asker: Asker) -> None:
    expected = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    found = {name: tuple(value.shape) for name, value in tensors.items()}
    wrong = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
    if wrong:
        first = f"{wrong[0]} is {found.get(wrong[0], 'missing')}, and should be {expected.get(wrong[0], 'none')}"
        hint = f"Name the model that they are of: {asker.way('model=NAME')}."
        raise BadInput(f"{path} has not the weights of {model}: {len(wrong)} tensors differ, {first}", hint)
    network.load_state_dict(tensors, assign=True)
