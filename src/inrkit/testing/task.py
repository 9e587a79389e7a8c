"""The contract of a task."""

from __future__ import annotations

import contextlib
import json
import tempfile
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from inrkit import declare
from inrkit.engine.fit import find, render_found
from inrkit.engine.fit_options import FitOptions
from inrkit.errors import BadInput
from inrkit.interfaces import ClipBatch, Observation, ObservationTask, Shape, Task, TaskResult
from inrkit.interfaces.types import coarsest
from inrkit.testing.compare import apart, expect_tensor
from inrkit.testing.contract import Options, Subject, seeded, subject_of
from inrkit.testing.tiny import tiny_model, untrained_model

CLIP_SHAPE: Shape = (16, 16, 24)
CLIPS = 2


def check_task(task: type[Task] | str, options: Options = None, *, clip_shape: Shape = CLIP_SHAPE) -> None:
    """A task keeps what its door promises.

    One that observes: masks of the clip's shape, the same from the same generator; `see` differentiable, at the unit
    it says; `fill` and `baseline` of a clip's shape; and the core's fit runs through it. Any other: it is run on a
    tiny model, in an empty folder.

    Args:
        task: The class, or its registered name.
        options: What it is asked; None: the defaults.
        clip_shape: (T, H, W) of the clips that it observes.

    Raises:
        ContractError: It does not.
        InrkitError: It refuses its options, or something is not installed.
    """
    subject = subject_of("task", task, options)
    with subject.trying("Cls() to build it", "Its __init__ takes no arguments; options come with each call."):
        made = subject.cls()
    with seeded():
        if isinstance(made, ObservationTask):
            _Observing(subject, made, clip_shape).all()
        else:
            _does_its_work(subject, made)


class _Observing:
    """An observation task at work on clips of a shape."""

    def __init__(self, subject: Subject, task: ObservationTask, clip_shape: Shape) -> None:
        self.subject, self.task, self.shape = subject, task, clip_shape
        self.clips = torch.rand(CLIPS, *clip_shape, 3) * 2 - 1

    def all(self) -> None:
        self.observes()
        observation = self.observed(self.subject.options)
        self.says_what_it_hides(observation)
        self.hides_pixels_of_the_input()
        self.says_what_it_makes()
        sight = _Seeing(self.subject, observation, self.clips)
        sight.is_comparable()
        sight.keeps_its_unit()
        sight.treats_clips_by_themselves()
        sight.is_differentiable()
        self.fills(observation)
        self.has_a_baseline(observation)
        self.has_a_published_protocol()
        self.is_fitted()

    def observed(self, options: Any, seed: int = 0) -> Observation:
        """What it sees."""
        return self.task.observe(self.shape, options, torch.Generator().manual_seed(seed))

    def observes(self) -> None:
        change = "observe(clip_shape, options, generator) returns an inrkit.Observation."
        with self.subject.trying("observe to work", change):
            seen = self.observed(self.subject.options)
        self.subject.expect(isinstance(seen, Observation), "an Observation", type(seen).__name__, change)
        if seen.mask is None:
            return
        change = "Make a mask of just the clip_shape it is given."
        found = tuple(seen.mask.shape)
        self.subject.expect(found == self.shape, f"a mask of the clip's shape {self.shape}", found, change)
        with seeded(1):
            again = self.observed(self.subject.options).mask
        change = "Draw from `generator` (torch.rand(..., generator=generator)), and from nothing else."
        same = again is not None and torch.equal(seen.mask, again)
        self.subject.expect(same, "the same mask from the same generator", "another one", change)

    def says_what_it_hides(self, observation: Observation) -> None:
        mask = observation.mask
        whole = mask is None or bool(mask.flatten(1).any(1).all())
        change = "Say hides_frames = True: it then takes one clip of each video, since windows may see nothing."
        self.subject.expect(whole or self.task.hides_frames, "hides_frames to be True", "hidden frames", change)

    def hides_pixels_of_the_input(self) -> None:
        change = "hidden(shape, options) returns bool (height, width), the path of a mask, or None."
        frames, height, width = shape = (self.shape[0] + 3, 2 * self.shape[1], 3 * self.shape[2])
        with self.subject.trying(f"hidden to work on {frames} frames of {height}x{width}", change):
            hidden = self.task.hidden(shape, self.subject.options)
        if hidden is None or isinstance(hidden, Path):
            return
        found = f"{hidden.dtype} {tuple(hidden.shape)}" if isinstance(hidden, Tensor) else type(hidden).__name__
        right = found == f"torch.bool {(height, width)}"
        self.subject.expect(right, f"hidden to give torch.bool {(height, width)}, a Path or None", found, change)

    def says_what_it_makes(self) -> None:
        """Of a video whose pixels are twice as large as those of clips; it may refuse that one."""
        frames, height, width = shape = (self.shape[0] + 3, self.shape[1] // 2, self.shape[2] // 2)
        change = "settle(clip_shape, pixels, options) returns options of the same model."
        try:
            with self.subject.trying("settle(clip_shape, pixels, options) to work", change):
                options = self.task.settle(self.shape, (height, width), self.subject.options)
        except BadInput:
            return
        right = isinstance(options, type(self.subject.options))
        self.subject.expect(right, "settle to return options", type(options).__name__, change)
        change = "result(shape, options) returns (frames, height, width), the frames a whole multiple of the video's."
        with self.subject.trying(f"result to work on {frames} frames of {height}x{width}", change):
            made = self.task.result(shape, options)
            right = len(made) == 3 and min(made) > 0 and made[0] % frames == 0
        self.subject.expect(right, f"result to give a multiple of {frames} frames and a size", made, change)

    def fills(self, observation: Observation) -> None:
        change = "fill takes see(the whole clips), hidden pixels 0, and returns a guess (B, T, H, W, 3)."
        with self.subject.trying("fill(see(clips)) to work", change):
            guess = observation.fill(observation.seen(self.hidden(observation)))
        expect_tensor(self.subject, "the guess of fill", guess, tuple(self.clips.shape), change)

    def hidden(self, observation: Observation) -> Tensor:
        """The clips, hidden pixels at 0."""
        mask = observation.mask
        return self.clips if mask is None else torch.where(mask[..., None], self.clips, 0.0)

    def has_a_baseline(self, observation: Observation) -> None:
        """Also where clips differ in what is seen, as windows of a longer video do."""
        change = "baseline(clips, observation) returns (B, T, H, W, 3); its mask is (T, H, W), or (B, T, H, W)."
        clips = self.hidden(observation)
        before, mask = clips.clone(), observation.mask
        several = [] if mask is None or self.task.hides_frames else [mask.expand(CLIPS, *mask.shape)]
        for each in [mask, *several]:
            observation.mask = each
            with self.subject.trying("baseline(clips, observation) to work", change):
                answer = self.task.baseline(clips, observation)
            expect_tensor(self.subject, "the baseline", answer, tuple(clips.shape), change)
            same = torch.equal(clips, before)
            self.subject.expect(same, "clips that stay as they were", "changed ones", "Copy them first: clips.clone().")
        observation.mask = mask

    def has_a_published_protocol(self) -> None:
        change = "paper(clip_shape, options) returns options of the same model."
        with self.subject.trying("paper(clip_shape, options) to give options to observe with", change):
            try:
                options = self.task.paper(self.shape, self.subject.options)
            except BadInput:  # the protocol leaves no room for them
                return
            self.observed(options)
        right = isinstance(options, type(self.subject.options))
        self.subject.expect(right, "paper to return options", type(options).__name__, change)

    def is_fitted(self) -> None:
        """A few steps of the core's own search."""
        model = untrained_model(self.shape)
        seen = self.observed(self.subject.options)
        clips = ClipBatch(self.hidden(seen), observation=seen)
        change = "Let see work at any coordinates that its unit allows: fits see some points or frames at a time."
        with self.subject.trying("the core to fit latents to what is seen", change):
            found = find(model, clips, FitOptions(steps=2, restarts=1, points=0.3))
            video = render_found(model, found, self.shape)
        finite = bool(found.error.isfinite().all()) and bool(video.isfinite().all())
        self.subject.expect(finite, "a finite error of what is seen", found.error.tolist(), change)


class _Seeing:
    """What an observation makes of pixels."""

    def __init__(self, subject: Subject, observation: Observation, clips: Tensor) -> None:
        self.subject, self.observation, self.clips = subject, observation, clips
        given = clips.clone()
        with subject.trying("see(rgb) to take whole clips", "see takes rgb (B, T, H, W, 3) in [-1, 1]."):
            self.whole = observation.see(given)
        same = torch.equal(given, clips)
        subject.expect(same, "rgb that stays as it was", "a changed one", "Do not write into rgb: rgb.clone().")

    def is_comparable(self) -> None:
        """What was seen of the video, and what is seen of an answer."""
        change = "seen takes whole clips (B, T, H, W, 3), and returns what has the shape of see(clips)."
        with self.subject.trying("seen(clips) to work", change):
            seen = self.observation.seen(self.clips)
        right = seen.shape == self.whole.shape
        found = f"{tuple(seen.shape)} for {tuple(self.whole.shape)}"
        self.subject.expect(right, "seen(clips) to have the shape of see(clips)", found, change)

    def keeps_its_unit(self) -> None:
        """Points, or frames, are seen by themselves."""
        unit, see = self.observation.unit, self.observation.see
        coarser = "frame" if unit == "point" else "clip"
        change = f"Let no {unit} see others; or say unit = {coarser!r}."
        if coarsest(unit, "clip") == unit:
            return
        with self.subject.trying(f"see to take {unit}s by themselves, as unit {unit!r} says", change):
            if unit == "point":
                piece, wanted = see(self.clips.flatten(1, 3)[:, 1::3]), self.whole.flatten(1, 3)[:, 1::3]
            else:
                piece, wanted = see(self.clips[:, 1::2]), self.whole[:, 1::2]
        found = f"other values, or the shape {tuple(piece.shape)} for {tuple(wanted.shape)}"
        self.subject.expect(apart(piece, wanted) < 1e-4, f"see to treat each {unit} by itself", found, change)

    def treats_clips_by_themselves(self) -> None:
        change = "Let no clip see the others of its batch."
        alone = torch.cat([self.observation.see(self.clips[i : i + 1]) for i in range(CLIPS)])
        found = f"other values, or the shape {tuple(alone.shape)} for {tuple(self.whole.shape)}"
        self.subject.expect(apart(alone, self.whole) < 1e-4, "see of a batch to be that of its rows", found, change)

    def is_differentiable(self) -> None:
        rgb = self.clips.clone().requires_grad_()
        seen = self.observation.see(rgb)
        slope = torch.autograd.grad(seen.float().sum(), rgb, allow_unused=True)[0] if seen.requires_grad else None
        reached = slope is not None and bool(slope.flatten(1).any(1).all())
        change = "Let see use differentiable operations: no rounding, detach() or numpy."
        self.subject.expect(reached, "a gradient from what is seen to rgb", "none", change)


def _does_its_work(subject: Subject, task: Task) -> None:
    """Run a task that does everything itself, in an empty folder."""
    declared = subject.entry.declaration if subject.entry else None
    alone = isinstance(declared, declare.Task) and not declared.needs_run
    model = None if alone else tiny_model()
    change = "run(model, options) returns an inrkit.TaskResult; model is in eval mode, or None if needs_run=False."
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        with subject.trying("run(model, options) to work", change):
            result = task.run(model, subject.options)
        subject.expect(isinstance(result, TaskResult), "a TaskResult", type(result).__name__, change)
        missing = [str(path) for path in result.files if not Path(path).exists()]
        subject.expect(not missing, "files that exist", f"none at {missing}", "Name in `files` what was written.")
    try:
        json.dumps(result.record, default=_plain)
    except (TypeError, ValueError) as error:
        subject.fail("a record of plain data", str(error), "Put numbers, text, lists and dictionaries into `record`.")


def _plain(value: object) -> object:
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"a value of type {type(value).__name__!r}")
