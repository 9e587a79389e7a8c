"""A detector from a TorchScript file. Such a file is code: it runs only if its hash is known, or somebody says so."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from inrkit.errors import BadInput, InrkitError
from inrkit.metrics.weight_files import once, read_hashed

KNOWN: dict[str, str] = {}
"""sha256 to what it is, of files that somebody here had in hand. None so far."""

SOURCE = "https://github.com/universome/stylegan-v names it, in src/metrics/frechet_video_distance.py"
FAILURES = (RuntimeError, torch.jit.Error)
"""What TorchScript raises."""


@dataclass
class Detector:
    """A network that makes features of videos, and which one it was."""

    module: torch.jit.ScriptModule
    file: str
    sha256: str

    @property
    def verified(self) -> str:
        """What is known of it."""
        return KNOWN.get(self.sha256, "unverified detector")

    def __call__(self, videos: Tensor) -> Tensor:
        """As StyleGAN-V calls its I3D: float (B, 3, T, H, W) in [0, 255] -> (B, D); it rescales and resizes itself.

        Raises:
            BadInput: It cannot be called so.
            InrkitError: There is too little memory for so many at once.
        """
        module = self.module.to(videos.device)
        try:
            features: Tensor = module(videos, rescale=True, resize=True, return_features=True)
        except FAILURES as error:
            raise self._failure(videos, error) from error
        return features

    def _failure(self, videos: Tensor, error: Exception) -> InrkitError:
        shape, why = "x".join(map(str, videos.shape)), _last_line(error)
        if isinstance(error, torch.OutOfMemoryError) or "out of memory" in why or "allocate memory" in why:
            hint = "Make fvd.batch smaller, or compute the metrics on another device."
            return InrkitError(f"{self.file}: too little memory on {videos.device} for clips of {shape}", hint)
        return BadInput(
            f"{self.file} fails on clips of {shape}, called as StyleGAN-V calls its detector: {why}",
            "Use the file that StyleGAN-V uses, and clips of at least 10 frames: I3D needs them.",
        )


def load_detector(path: Path | None, allowed: bool) -> Detector:
    """Read, judge and only then load a TorchScript file.

    Args:
        allowed: Whether one that is not known may run.

    Raises:
        BadInput: No path, no file, no TorchScript, or one that may not run.
    """
    if path is None:
        hint = f"Pass i3d_torchscript.pt with --detector (fvd.detector); {SOURCE}."
        raise BadInput("fvd needs its detector, a file that inrkit does not bring", hint)
    return _judged(path, allowed)


@once
def _judged(path: Path, allowed: bool) -> Detector:
    """As `load_detector`, from that file."""
    content, sha256 = read_hashed(path)
    if not _is_torchscript(content):
        raise BadInput(f"{path} is no TorchScript file", f"The detector of fvd is i3d_torchscript.pt; {SOURCE}.")
    if sha256 not in KNOWN and not allowed:
        raise BadInput(
            f"{path} is code that inrkit does not know, and would run with all your rights: sha256 {sha256}",
            "If you trust its origin, pass --allow-torchscript (fvd.allow_torchscript=true).",
        )
    try:
        module = _loaded(content)
    except FAILURES as error:
        raise BadInput(
            f"{path} cannot be loaded: {_last_line(error)}", "The file is damaged; fetch it again."
        ) from error
    return Detector(module, path.name, sha256)


def _loaded(content: bytes) -> torch.jit.ScriptModule:
    with warnings.catch_warnings():  # PyTorch would rather have another format, but the detector comes in this one
        warnings.filterwarnings("ignore", r"`torch\.jit\.load`", FutureWarning)
        module: torch.jit.ScriptModule = torch.jit.load(io.BytesIO(content), map_location="cpu")
    return module.eval()


def _is_torchscript(content: bytes) -> bool:
    """Whether it is a zip file with code, as TorchScript is; a state dictionary has none. Nothing is run to know."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return any("/code/" in name for name in archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, struct.error):
        return False


def _last_line(error: BaseException) -> str:
    """Of a TorchScript traceback, what it is about."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
