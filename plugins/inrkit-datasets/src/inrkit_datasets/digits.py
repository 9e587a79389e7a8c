"""Pictures of digits: from a file of the user's, or those that come with scikit-learn."""

from __future__ import annotations

import gzip
import zlib
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inrkit import BadInput

Digits = NDArray[np.uint8]
"""(N, H, W), white on black."""

LARGEST = 2**30
"""Bytes; MNIST has 47 MB."""

HINT = (
    "Give MNIST's train-images-idx3-ubyte.gz (LeCun and Cortes; CC BY-SA 3.0), or an .npy or .npz of (N, height, "
    "width) in 0 to 255: -o dataset.path=FILE. Or pip install scikit-learn, for its 1,797 digits of 8x8."
)


def read_digits(path: Path | None) -> Digits:
    """All of them.

    Raises:
        BadInput: The file is missing or none of these; there is none, and scikit-learn is not installed.
    """
    if path is None:
        return _of_scikit_learn()
    try:
        found: Digits = _array(path) if path.suffix in (".npy", ".npz") else _idx(path)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror or error}", HINT) from error
    except (ValueError, EOFError, KeyError, zlib.error) as error:
        raise BadInput(f"{path} holds no digits: {error}", HINT) from error
    if found.dtype != np.uint8 or found.ndim != 3 or not found.size or len(found) < 2:
        raise BadInput(f"{path} holds no digits: it has {found.dtype} of {'x'.join(map(str, found.shape))}", HINT)
    return found


def _idx(path: Path) -> Any:
    """The format of MNIST: two zeros, the type, the number of axes, their lengths (big-endian), and the bytes."""
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        content = file.read(LARGEST)
    if content[:4] != b"\0\0\x08\x03":
        raise ValueError("it does not begin as MNIST's pictures do")
    shape = np.frombuffer(content[4:16], ">i4")
    return np.frombuffer(content[16:], np.uint8).reshape(shape.tolist())


def _array(path: Path) -> Any:
    """An .npy, or of an .npz the pictures: ``x_train``, as Keras names them, or the only array."""
    loaded = np.load(path, allow_pickle=False)
    if isinstance(loaded, np.ndarray):
        return loaded
    with loaded:
        names = loaded.files
        return loaded["x_train" if "x_train" in names else names[0] if len(names) == 1 else "x_train"]


def _of_scikit_learn() -> Digits:
    try:
        datasets: Any = import_module("sklearn.datasets")
    except ImportError as error:
        raise BadInput("moving-mnist needs digits", HINT) from error
    images = datasets.load_digits().images  # (N, 8, 8) in 0 to 16
    return np.asarray(images * 255 / 16).round().astype(np.uint8)
