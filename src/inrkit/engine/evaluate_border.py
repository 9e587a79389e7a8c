"""Where metrics end that others wrote: whatever they raise becomes one message that names them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from inrkit.discovery.fault import REPORT, is_memory
from inrkit.discovery.load import because
from inrkit.errors import InrkitError, PluginError
from inrkit.interfaces import Tensors


@contextmanager
def border_of(metric: str) -> Iterator[None]:
    """What a metric does.

    Raises:
        InrkitError: As the metric raises it.
        OutOfMemoryError: There is too little memory, wherever it computes.
        PluginError: The metric raises anything else.
    """
    try:
        yield
    except (InrkitError, torch.OutOfMemoryError):
        raise
    except Exception as error:
        if is_memory(error):
            raise torch.OutOfMemoryError(str(error)) from error
        raise PluginError(f"metric {metric} fails: {because(error)}", REPORT) from error


def tensors_of(metric: str, given: Any, clips: int | None) -> Tensors:
    """What `compute` gave, name to () or, of so many clips, (N,).

    Raises:
        PluginError: It is something else.
    """
    if not isinstance(given, dict) or not all(isinstance(value, Tensor) for value in given.values()):
        raise PluginError(f"metric {metric} gives no dictionary of tensors", REPORT)
    for name, value in given.items():
        if tuple(value.shape) not in ((), (clips,)):
            raise PluginError(f"metric {metric} gives {name} of shape {tuple(value.shape)} for {clips} clips", REPORT)
    return given


def plain(said: Any) -> dict[str, Any]:
    """What `about` gave.

    Raises:
        TypeError, ValueError: It is no dictionary that JSON can hold.
    """
    if not isinstance(said, dict):
        raise TypeError("about() gives no dictionary")
    json.dumps(said, allow_nan=False)
    return said
