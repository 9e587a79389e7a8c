"""What a plugin's hooks return: small, frozen descriptions that name a class without importing it.

A declaration is read when any command starts, so the module that makes it must be light: no torch, no numpy, and
nothing that imports them. The class itself is imported only when somebody uses it.

Example (a whole plugin module)::

    from inrkit import declare, hookimpl

    @hookimpl
    def inrkit_inrs():
        return [declare.INR(name="siren", target="my_siren.model:Siren", options="my_siren.options:SirenOptions",
                            summary="An MLP with sine activations")]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

API = 1
"""The version of the doors that this inrkit offers."""

OLDEST_API = 1
"""The oldest version that it still serves. A declaration made for none of these is reported, not loaded."""


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """One thing a plugin offers.

    Args:
        name: What users type: lower case letters, digits and dashes, beginning with a letter.
        target: ``"module:Class"``, imported on first use. The class derives from the base class of its kind.
        summary: One line for tables and help.
        options: ``"module:Model"`` of a pydantic model whose fields are the options, or None for no options. Keep
            it in a module that imports no torch: it is read for ``--help``.
        api: The version of the doors it was written for, or the first and the last: (1, 2). It is never the newest
            by itself, so a plugin that does not say was written for version 1.
    """

    kind: ClassVar[str] = ""

    name: str
    target: str
    summary: str
    options: str | None = None
    api: int | tuple[int, int] = 1


@dataclass(frozen=True, kw_only=True)
class INR(Declaration):
    """An :class:`inrkit.INR`: coordinates and one video's weights to colours."""

    kind: ClassVar[str] = "inr"


@dataclass(frozen=True, kw_only=True)
class Encoder(Declaration):
    """An :class:`inrkit.Encoder`: clips to latents."""

    kind: ClassVar[str] = "encoder"


@dataclass(frozen=True, kw_only=True)
class HyperNetwork(Declaration):
    """An :class:`inrkit.HyperNetwork`: latents to weights."""

    kind: ClassVar[str] = "hypernetwork"


@dataclass(frozen=True, kw_only=True)
class Method(Declaration):
    """An :class:`inrkit.Method`: a loss, and the three components and the presets it is used with.

    Args:
        encoder, hypernetwork, inr: Names of the default components; any of them can be swapped by name.
        presets: Name to one-line summary; the first is the default. One named ``toy``, if there is one, is the
            default when training without a SOURCE.
        importer: ``"module:function"`` that reads checkpoints of the method's original code (``inrkit convert``).
    """

    kind: ClassVar[str] = "method"

    encoder: str
    hypernetwork: str
    inr: str
    presets: Mapping[str, str] = field(default_factory=dict)
    importer: str | None = None


@dataclass(frozen=True, kw_only=True)
class Task(Declaration):
    """An :class:`inrkit.Task`: something to do with a trained space of videos.

    Args:
        needs_run: Whether it works on a trained run. If not, the task may be given no model.
    """

    kind: ClassVar[str] = "task"

    needs_run: bool = True


@dataclass(frozen=True, kw_only=True)
class Sampler(Declaration):
    """An :class:`inrkit.Sampler`: new latents from those of the training clips."""

    kind: ClassVar[str] = "sampler"


@dataclass(frozen=True, kw_only=True)
class Dataset(Declaration):
    """An :class:`inrkit.Dataset`: a named source of videos."""

    kind: ClassVar[str] = "dataset"


@dataclass(frozen=True, kw_only=True)
class Metric(Declaration):
    """An :class:`inrkit.Metric`: a number that says how good a video is."""

    kind: ClassVar[str] = "metric"


KINDS: tuple[type[Declaration], ...] = (Method, Encoder, HyperNetwork, INR, Task, Sampler, Dataset, Metric)
"""Every kind of declaration, in the order in which tables show them. The hook of a kind is ``inrkit_<kind>s``."""
