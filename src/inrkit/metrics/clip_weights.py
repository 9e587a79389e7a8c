"""The image network of a CLIP model (Radford et al., 2021), from open_clip and a file of weights."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

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


@dataclass
class ImageEncoder:
    """Images to embeddings, and which weights it has."""

    network: nn.Module
    side: int
    file: str
    sha256: str

    def __call__(self, images: Tensor) -> Tensor:
        """Float (N, 3, H, W) in [0, 255] -> (N, D), not normalised.

        Images are resized to the network's square, bicubically and antialiased; nothing is cut off.
        """
        square = (self.side, self.side)
        images = nn.functional.interpolate(images, square, mode="bicubic", antialias=True).clamp(0, 255) / 255
        mean, std = (torch.tensor(values, device=images.device)[:, None, None] for values in (MEAN, STD))
        embeddings: Tensor = self.network.to(images.device)((images - mean) / std)
        return embeddings


def load_image_encoder(model: str, weights: Path | None) -> ImageEncoder:
    """Build it and fill in every weight; nothing is downloaded.

    Args:
        weights: A safetensors file as open_clip writes it; None: OpenAI's, if Hugging Face's cache has them.

    Raises:
        BadInput: open_clip is not installed, the model is none of its plain ones, the file is not there, not
            safetensors, or of another model.
    """
    open_clip = _open_clip()
    configuration = _configuration(open_clip, model)
    return _loaded(weights or _cached(open_clip, model, bool(configuration.get("quick_gelu"))), model)


@once
def _loaded(path: Path, model: str) -> ImageEncoder:
    """As `load_image_encoder`, from that file."""
    open_clip = _open_clip()
    configuration = _configuration(open_clip, model)
    content, sha256 = read_hashed(path)
    with torch.device("meta"):  # a shape, and no memory: every number comes from the file
        network: nn.Module = open_clip.CLIP(**configuration).visual
    _fill(network, _tensors(path, content), path, model)
    return ImageEncoder(network.eval(), configuration["vision_cfg"]["image_size"], path.name, sha256)


def _open_clip() -> ModuleType:
    try:
        return import_module("open_clip")
    except ImportError as error:
        raise BadInput("frechet-clip needs open_clip, which is not installed", "pip install 'inrkit[clip]'") from error


def _configuration(open_clip: ModuleType, model: str) -> dict[str, Any]:
    if model not in open_clip.list_models():
        raise BadInput(f"open_clip has no model {model!r}", did_you_mean(model, open_clip.list_models()))
    configuration: dict[str, Any] = open_clip.get_model_config(model)
    towers = configuration["vision_cfg"].keys() | configuration["text_cfg"].keys()
    if configuration.keys() - ARCHITECTURE or towers & {"timm_model_name", "hf_model_name"}:
        raise BadInput(f"{model} is no plain CLIP model", "Use one such as ViT-B-32-quickgelu or ViT-L-14-quickgelu.")
    return configuration


def _cached(open_clip: ModuleType, model: str, quick_gelu: bool) -> Path:
    """OpenAI's weights, where something has fetched them already."""
    from huggingface_hub import try_to_load_from_cache

    known = open_clip.get_pretrained_cfg(model, "openai")
    if not known.get("hf_hub") or bool(known.get("quick_gelu")) != quick_gelu:
        raise BadInput(f"there are no weights of OpenAI's for {model}", "Pass a file: --set frechet-clip.weights=FILE.")
    repository = known["hf_hub"].strip("/")
    found = try_to_load_from_cache(repository, WEIGHTS)
    if not isinstance(found, str):
        raise BadInput(
            f"frechet-clip needs the weights of {model}, which are not on this machine",
            f"Fetch {WEIGHTS} from https://huggingface.co/{repository} and pass it: --set frechet-clip.weights=FILE.",
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


def _fill(network: nn.Module, tensors: dict[str, Tensor], path: Path, model: str) -> None:
    expected = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    found = {name: tuple(value.shape) for name, value in tensors.items()}
    wrong = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
    if wrong:
        first = f"{wrong[0]} is {found.get(wrong[0], 'missing')}, and should be {expected.get(wrong[0], 'none')}"
        hint = "Name the model that they are of: --set frechet-clip.model=NAME."
        raise BadInput(f"{path} has not the weights of {model}: {len(wrong)} tensors differ, {first}", hint)
    network.load_state_dict(tensors, assign=True)
