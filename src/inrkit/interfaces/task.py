"""The task door: something to do with a trained space of videos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import torch
from torch import Tensor

from inrkit.interfaces.observation import Observation
from inrkit.interfaces.types import Shape

if TYPE_CHECKING:
    from inrkit.engine.reporter import Reporter
    from inrkit.model import VideoModel


@dataclass
class TaskResult:
    """What a task did.

    Attributes:
        record: Plain data for people and programs: settings, seed, seconds, numbers.
        files: What was written.
    """

    record: dict[str, Any] = field(default_factory=dict)
    files: Sequence[Path] = ()


class Task:
    """Something to do with a trained model.

    Its options are flags of its command, but for two: a field ``videos`` is what stands behind the command, and a
    field ``set``, a dictionary, takes every ``-o key=value``.

    Example::

        class Describe(Task):
            def run(self, model, options):
                return TaskResult({"parameters": sum(p.numel() for p in model.parameters())})

    Attributes:
        device: Where to work, as of :func:`inrkit.train`. The core sets it.
        reporter: Told of progress, as of :func:`inrkit.train`. The core sets it.
    """

    device: str = "auto"
    reporter: Reporter | None = None

    def run(self, model: VideoModel | None, options: object) -> TaskResult:
        """Do it.

        Args:
            model: The trained model, in eval mode; None only if the task's declaration says ``needs_run=False``.
            options: The validated options.
        """
        raise NotImplementedError


class ObservationTask(Task):
    """A task that is wholly said by what it observes; the core cuts, fits, stitches, renders, scores and writes.

    Built as ``Cls()``. Of one clip at a time it says what is seen; of a video longer than a clip, every window sees
    what the clip-sized pattern, repeated along time, shows there.

    Example, the first frames are seen and the others predicted::

        class Prediction(ObservationTask):
            hides_frames = True
            baseline_name = "last frame repeated"

            def observe(self, clip_shape, options, generator):
                mask = torch.zeros(clip_shape, dtype=torch.bool)
                mask[: options.observed] = True
                return Observation(mask)

            def baseline(self, clips, observation):
                seen = int(observation.mask.flatten(1).all(1).sum())
                frames = torch.arange(clips.shape[1]).clamp(max=seen - 1)
                return clips[:, frames]

    Attributes:
        hides_frames: Whether whole frames may be hidden. Where they are, one clip of each video is taken, not all
            windows.
        baseline_name: What the trivial answer is called in results.
        fit_defaults: Option of the fit to its default for this task, such as ``{"prior": 0.001}`` where little is
            seen; flags change them, and neither the published protocol nor ``--direct`` follows them.
    """

    hides_frames: bool = False
    baseline_name: str = "what was seen, filled in"
    fit_defaults: ClassVar[Mapping[str, Any]] = {}

    def observe(self, clip_shape: Shape, options: object, generator: torch.Generator) -> Observation:
        """What is seen of a clip of (T, H, W); draw random numbers from `generator` only.

        Raises:
            BadInput: The options ask for what such a clip does not have.
        """
        raise NotImplementedError

    def settle(self, clip_shape: Shape, pixels: tuple[int, int], options: object) -> object:
        """The options for one video; those that :meth:`observe`, :meth:`hidden` and :meth:`result` get of it.

        Args:
            clip_shape: (T, H, W) of the clips.
            pixels: (rows, columns) of the video's own that the picture of a clip shows.
            options: What was asked for.

        Returns:
            Options of the same model. Given: `options` as they are.

        Raises:
            BadInput: They ask for what such a video does not have.
        """
        return options

    def hidden(self, shape: Shape, options: object) -> Tensor | Path | None:
        """What is hidden in the pixels of the input itself, beside what :meth:`observe` hides of clips.

        The core brings it onto the clips: a pixel of a clip is seen only if every pixel of the input that it
        is made of is.

        Args:
            shape: (frames, height, width) of the video, upright, at its own rate and size.

        Returns:
            bool (height, width), True where all frames hide it; or a picture or a video of that size, white where
            hidden, which the core reads; or None, as given: nothing.

        Raises:
            BadInput: The options ask for what such a video does not have.
        """
        return None

    def result(self, shape: Shape, options: object) -> Shape:
        """(frames, height, width) of the result.

        k times the frames are shown at k times the rate: k - 1 new ones after each of the video's, and the last one
        stands as long as it did. There is no truth for new ones, so they are not measured.

        Args:
            shape: (frames, height, width) of the video, upright, at its own rate and size.

        Returns:
            A whole multiple of the frames, and any size. Given: `shape` as it is.

        Raises:
            BadInput: The options ask for what such a video does not have.
        """
        return shape

    def baseline(self, clips: Tensor, observation: Observation) -> Tensor:
        """The trivial answer, which a result has to beat. Between its frames, the core blends them.

        Args:
            clips: (B, T, H, W, 3) float in [-1, 1]; hidden pixels are 0.
            observation: What :meth:`observe` gave; its mask is (T, H, W), or (B, T, H, W).

        Returns:
            (B, T, H, W, 3) float in [-1, 1]. Given: the observation's own guess.
        """
        return observation.fill(observation.seen(clips))

    def paper(self, clip_shape: Shape, options: object) -> object:
        """The options that make it the published task on clips of (T, H, W). Given: `options` as they are.

        Raises:
            BadInput: They contradict it.
        """
        return options
