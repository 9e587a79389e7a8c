"""Options of the Fréchet distances. Imported for help, so nothing heavy here."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class FvdOptions(BaseModel):
    """Options of the metric ``fvd``."""

    model_config = ConfigDict(extra="forbid")

    detector: Path | None = Field(None, description="TorchScript file of the I3D network that StyleGAN-V uses")
    allow_torchscript: bool = Field(
        False, description="run a detector whose sha256 inrkit does not know: it is code, with all your rights"
    )
    protocol: str = Field(
        "fvd2048_16f",
        description="as StyleGAN-V names them: clips of each set, then frames of each clip, of which "
        "fvd2048_128f_subsample8f takes each eighth",
    )
    batch: int = Field(8, ge=1, le=4096, description="clips the detector sees at once")
    seed: int = Field(0, ge=0, lt=2**63, description="of where in a real clip its frames begin")


class FrechetClipOptions(BaseModel):
    """Options of the metric ``frechet-clip``."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())

    model: str = Field("ViT-B-32-quickgelu", description="a CLIP model, as open_clip names it")
    weights: Path | None = Field(
        None, description="its safetensors file; default: OpenAI's, if Hugging Face's cache has them"
    )
    frames: int = Field(16, ge=1, le=1024, description="of each clip, evenly spaced; all, if there are fewer")
    batch: int = Field(4, ge=1, le=4096, description="clips that CLIP sees at once")
