"""The contract of a metric."""

from __future__ import annotations

import json
from typing import Any

import torch
from torch import Tensor

from inrkit.errors import BadInput
from inrkit.interfaces import Metric, Shape, Tensors
from inrkit.testing.compare import expect_equal
from inrkit.testing.contract import Options, Subject, seeded, subject_of

SHAPE = (4, 24, 32)
CLIPS = 3


def check_metric(metric: type[Metric] | str, options: Options = None, *, clip_shape: Shape = SHAPE) -> None:
    """A metric keeps what its door promises.

    It takes uint8 videos, in pairs or as two sets in separate calls; gives a number for each clip in their order, or
    one for all; clips and instances do not mix; masks count.

    Args:
        metric: The class, or its registered name.
        options: As it is built with; None: the defaults.
        clip_shape: (T, H, W) of the clips it judges, for one that refuses small ones.

    Raises:
        ContractError: It does not.
        InrkitError: It cannot be built: an option is refused, something is not installed; or the clips are refused.
    """
    subject = subject_of("metric", metric, options)
    with seeded():
        judging = _Judging(subject, clip_shape)
        judging.expect_updates()
        judging.gives_numbers()
        judging.takes_clips_in_turn()
        if judging.paired:
            judging.judges_clips_by_themselves()
            judging.counts_masks()


class _Judging:
    """A metric at work on some videos."""

    def __init__(self, subject: Subject, clip_shape: Shape) -> None:
        self.subject, self.shape = subject, clip_shape
        self.truth = torch.randint(0, 256, (CLIPS, *clip_shape, 3), dtype=torch.uint8)
        noise = torch.randint(-40, 41, self.truth.shape) * torch.tensor([0.2, 0.6, 1.0])[:, None, None, None, None]
        self.rendered = (self.truth + noise).clamp(0, 255).to(torch.uint8)
        self.paired = bool(getattr(subject.cls, "paired", True))

    def made(self) -> Any:
        """A new one."""
        with self.subject.trying("Cls(config) to build it", "Its __init__ takes the options alone."):
            return self.subject.cls(self.subject.options)

    def expect_updates(self) -> None:
        """It takes videos as `paired` says."""
        if self.paired:
            change = "update(rendered, truth, mask=None) takes uint8 (B, T, H, W, 3), or set paired = False."
            with self.subject.trying("update to take videos in pairs, and a mask or None", change):
                self.made().update(self.rendered.clone(), self.truth.clone(), None)
            return
        change = "With paired = False, update takes first real videos, (None, truth), then (rendered, None)."
        with self.subject.trying("update to take one set a call", change):
            made = self.made()
            made.update(None, self.truth.clone())
            made.update(self.rendered.clone(), None)

    def judged(self, *groups: slice, mask: Tensor | None = None, rendered: Tensor | None = None) -> Tensors:
        """What it says of the clips, given to it in groups."""
        rendered = self.rendered if rendered is None else rendered
        made = self.made()
        parts = groups or (slice(None),)
        for rows in () if self.paired else parts:
            made.update(None, self.truth[rows])
        for rows in parts:
            made.update(rendered[rows], self.truth[rows] if self.paired else None, mask)
        values: Tensors = made.compute()
        self.says_what_it_is(made)
        return values

    def says_what_it_is(self, made: Any) -> None:
        change = "about returns a dictionary of strings, numbers, lists and dictionaries: what JSON can hold."
        with self.subject.trying("about() to be JSON", change):
            about = made.about()
            json.dumps(about)
        self.subject.expect(isinstance(about, dict), "about() to give a dictionary", repr(about), change)

    def gives_numbers(self) -> None:
        change = "compute returns name to (N,), a number for each clip, or to (), one for all."
        before = self.rendered.clone(), self.truth.clone()
        with self.subject.trying("update and compute to work", change):
            values = self.judged()
        self.subject.expect(isinstance(values, dict) and bool(values), "names to values", repr(values), change)
        for name, value in values.items():
            right = isinstance(value, Tensor) and tuple(value.shape) in ((), (CLIPS,))
            found = tuple(value.shape) if isinstance(value, Tensor) else type(value).__name__
            self.subject.expect(right, f"{name!r}: a tensor of shape ({CLIPS},) or ()", found, change)
            self.subject.expect(not value.isnan().any(), f"{name!r}: a number", "NaN", "Look for 0 / 0, or a log of 0.")
        same = torch.equal(before[0], self.rendered) and torch.equal(before[1], self.truth)
        self.subject.expect(same, "videos that stay as they were", "changed ones", "Copy them: rendered.float().")
        self.judged(slice(0, 2))  # another instance, whose videos are none of the next one's
        with seeded(1):
            change = "Draw nothing at random, and keep state in __init__, not on the class."
            expected = "the same values from a new instance and the same videos"
            expect_equal(self.subject, self.judged(), values, expected, change)

    def takes_clips_in_turn(self) -> None:
        """Each of two sets too: what one update brought is still there after the next."""
        change = "Keep, or sum up, what every update brings, and let compute join it in the order of the updates."
        with self.subject.trying("to be updated several times", change):
            parts = self.judged(slice(0, 2), slice(2, 3))
        expected = "the same values whether clips come at once or in turn"
        expect_equal(self.subject, parts, self.judged(), expected, change)

    def judges_clips_by_themselves(self) -> None:
        change = "Append the values of each update and join them in compute: one for each clip, in their order."
        values = self.judged()
        for name, value in values.items():
            if value.ndim:
                alone = {name: torch.cat([self.judged(slice(i, i + 1))[name] for i in range(CLIPS)])}
                expected = f"{name!r} of each clip by itself, in the order of the updates"
                expect_equal(self.subject, alone, {name: value}, expected, change)

    def counts_masks(self) -> None:
        """Where one half is perfect and the other is not, the two halves differ; unless masks are refused."""
        half = torch.zeros(self.shape, dtype=torch.bool)
        half[0::2, : self.shape[1] // 2] = half[1::2, self.shape[1] // 2 :] = True
        rendered = torch.where(half[..., None], self.truth, self.rendered)
        change = "Count only the pixels under mask, (T, H, W) or (B, T, H, W); or raise inrkit.BadInput if given one."
        try:
            with self.subject.trying("masks to be taken, or refused by BadInput", change):
                upper, lower = self.judged(mask=half, rendered=rendered), self.judged(mask=~half, rendered=rendered)
                each = self.judged(mask=half.expand(CLIPS, *self.shape), rendered=rendered)
        except BadInput:
            return
        expect_equal(self.subject, each, upper, "the same from a mask for all clips and one for each", change)
        counted = any(not torch.equal(upper[name], lower[name]) for name in upper)
        self.subject.expect(counted, "only the pixels under the mask to count", "the mask is ignored", change)
