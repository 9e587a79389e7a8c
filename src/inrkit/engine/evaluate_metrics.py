"""Metrics by their names: chosen, built for each part of an evaluation, fed with videos, asked for their numbers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
from pydantic import BaseModel
from torch import Tensor

from inrkit.discovery import load_registry
from inrkit.engine.evaluate_border import border_of, plain, tensors_of
from inrkit.engine.evaluate_options import METRICS
from inrkit.errors import BadInput
from inrkit.interfaces import Metric, Tensors
from inrkit.metrics.psnr import static_floor

FLOOR = "static-floor"
"""Beside every PSNR: that of each clip's mean frame held still."""


@dataclass(frozen=True, eq=False)
class Choice:
    """A metric that is to be used.

    Attributes:
        asked: Whether it was named. What was not, and refuses some videos, is left out of their part, with a note.
    """

    name: str
    cls: type[Metric]
    options: BaseModel
    asked: bool

    def build(self) -> Metric:
        """A new one, for one part.

        Raises:
            BadInput: It lacks something.
            PluginError: It is broken.
        """
        with border_of(self.name):
            return self.cls(self.options)


def find_metrics(asked: Sequence[str] | None) -> tuple[dict[str, type[Metric]], list[str]]:
    """Name to class of the metrics asked for, or the usual ones; and which of these are left out, and why.

    Raises:
        BadInput: One that was asked for is unknown, or lacks a package.
        PluginError: It is broken.
    """
    registry, found, notes = load_registry(), {}, []
    for name in METRICS if asked is None else dict.fromkeys(asked):
        try:
            found[name] = cast(type[Metric], registry.get("metric", name))
        except BadInput as error:
            if asked is not None:
                raise
            notes.append(f"{name} is not measured: {error.message}")
    return found, notes


def build_once(choices: Iterable[Choice]) -> tuple[list[Choice], list[str]]:
    """Those that can be built, and why others cannot: what a metric lacks is said before anything is rendered.

    Raises:
        BadInput: One that was asked for cannot.
    """
    kept, notes = [], []
    for choice in choices:
        try:
            choice.build()
            kept.append(choice)
        except BadInput as error:
            if choice.asked:
                raise
            notes.append(f"{choice.name} is not measured: {error.message}")
    return kept, notes


class Panel:
    """Some metrics of one part of an evaluation.

    Args:
        device: Where they compute.
        lenient: Whether one that refuses is left out even if it was asked for.

    Attributes:
        notes: Which were left out, and why.
    """

    def __init__(self, choices: Iterable[Choice], device: torch.device, *, lenient: bool = False) -> None:
        self._device = device
        self._metrics = {choice: choice.build() for choice in choices}
        self._lenient = lenient
        self.notes: list[str] = []

    def each(self, do: Callable[[Metric], Any], but: Collection[Choice] = ()) -> dict[Choice, Any]:
        """What `do` gives for each metric, `but` for some; one that refuses is gone from then on.

        Raises:
            BadInput: One refuses that was asked for.
            PluginError: One is broken.
        """
        given = {}
        for choice, metric in [pair for pair in self._metrics.items() if pair[0] not in but]:
            try:
                with border_of(choice.name):
                    given[choice] = do(metric)
            except BadInput as error:
                if choice.asked and not self._lenient:
                    raise
                del self._metrics[choice]
                self.notes.append(f"{choice.name} is not measured here: {error.message}")
        return given

    def update(self, rendered: Tensor | None, truth: Tensor | None, mask: Tensor | None = None) -> None:
        """Take in videos, uint8 (B, T, H, W, 3), as :meth:`Metric.update`."""
        here = [None if each is None else each.to(self._device) for each in (rendered, truth, mask)]
        self.each(lambda metric: metric.update(*here))

    def values(self, clips: int | None = None) -> Tensors:
        """Name to value: () or, of so many clips, (N,).

        Raises:
            PluginError: A metric gives something else.
        """
        found: Tensors = {}
        for choice, given in self.each(lambda metric: metric.compute()).items():
            for name, value in tensors_of(choice.name, given, clips).items():
                found[f"{choice.name}/{name}" if name in found else name] = value
        return found

    def about(self) -> dict[str, Any]:
        """Metric to what belongs beside its numbers; those that say nothing are left out."""
        return {choice.name: said for choice, said in self.each(lambda metric: plain(metric.about())).items() if said}


class SetPanel(Panel):
    """Metrics that compare sets: first come all real videos, then the rendered ones."""

    def __init__(self, choices: Iterable[Choice], device: torch.device, *, lenient: bool = False) -> None:
        super().__init__(choices, device, lenient=lenient)
        self._known: set[Choice] = set()

    def recall(self, key: str) -> bool:
        """Whether all know the real videos with that hash from earlier; those that do are not sent them."""
        self._known = {choice for choice, known in self.each(lambda metric: metric.recall(key)).items() if known}
        return len(self._known) == len(self._metrics)

    def real(self, videos: Tensor) -> None:
        """Take in real videos, uint8 (B, T, H, W, 3)."""
        here = videos.to(self._device)
        self.each(lambda metric: metric.update(None, here), self._known)


class PairPanel(Panel):
    """Metrics that compare each video with its truth, and the static floor where PSNR is among them."""

    def __init__(self, choices: Sequence[Choice], device: torch.device, *, lenient: bool = False) -> None:
        super().__init__(choices, device, lenient=lenient)
        self._floors: list[Tensor] | None = [] if any(choice.name == "psnr" for choice in choices) else None

    def update(self, rendered: Tensor | None, truth: Tensor | None, mask: Tensor | None = None) -> None:
        """Take in pairs."""
        super().update(rendered, truth, mask)
        if self._floors is not None and truth is not None:
            self._floors.append(static_floor(truth))

    def values(self, clips: int | None = None) -> Tensors:
        """Those of the metrics, and after PSNR the floor."""
        found = super().values(clips)
        if not self._floors:
            return found
        first = {"psnr": found["psnr"]} if "psnr" in found else {}
        return first | {FLOOR: torch.cat(self._floors)} | found


def option_sections(metrics: Mapping[str, type[Metric]]) -> dict[str, type[BaseModel]]:
    """Metric to the model of its options."""
    return {name: load_registry().options("metric", name) for name in metrics}
