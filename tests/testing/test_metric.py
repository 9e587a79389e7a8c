"""The contract of a metric, proven by metrics that break it, each in one way."""

import textwrap
from typing import ClassVar

import pytest
import torch

from inrkit import BadInput, Metric
from inrkit.testing import check_metric


class Error(Metric):
    def __init__(self, config=None):
        self.values = []

    def update(self, rendered, truth, mask=None):
        error = (rendered.float() - truth.float()).abs().mean(-1)
        mask = torch.ones_like(error) if mask is None else mask.expand_as(error).float()
        self.values.append((error * mask).flatten(1).sum(1) / mask.flatten(1).sum(1))

    def compute(self):
        return {"error": torch.cat(self.values)}


class Whole(Error):
    """Refuses masks; one number for all clips."""

    def update(self, rendered, truth, mask=None):
        if mask is not None:
            raise BadInput("whole frames only")
        super().update(rendered, truth)

    def compute(self):
        return {"mean": super().compute()["error"].mean()}


class TwoSets(Metric):
    """Unpaired, as FVD."""

    paired = False

    def __init__(self, config=None):
        self.real, self.made = [], []

    def update(self, rendered, truth, mask=None):
        if rendered is not None and truth is not None:
            raise ValueError("one set at a time")
        (self.real if rendered is None else self.made).append(truth if rendered is None else rendered)

    def compute(self):
        real, made = (torch.cat(videos).float().mean((0, 1, 2, 3)) for videos in (self.real, self.made))
        return {"distance": (real - made).square().sum()}


@pytest.mark.parametrize("metric", [Error, Whole, TwoSets, "psnr", "ssim"])
def test_what_keeps_the_contract_passes(metric):
    before = torch.get_rng_state()
    assert check_metric(metric) is None
    assert torch.equal(before, torch.get_rng_state())


class SaysPairs(TwoSets):
    """It takes one set a call, and does not say so."""

    paired = True


class LastOfASet(TwoSets):
    """Forgets what earlier updates brought."""

    def update(self, rendered, truth, mask=None):
        (self.real if rendered is None else self.made).clear()
        super().update(rendered, truth)


class SaysTensors(Error):
    def about(self):
        return {"mean": torch.zeros(())}


class Asks(Error):
    def __init__(self):
        super().__init__()


class Floats(Error):
    def update(self, rendered, truth, mask=None):
        assert rendered.is_floating_point()


class Number(Error):
    def compute(self):
        return float(super().compute()["error"].mean())


class Frames(Error):
    def compute(self):
        return {"error": super().compute()["error"].repeat(2)}


class NotANumber(Error):
    def compute(self):
        return {"error": super().compute()["error"] * float("nan")}


class WritesVideos(Error):
    def update(self, rendered, truth, mask=None):
        super().update(rendered, truth, mask)
        rendered.zero_()


class Noisy(Error):
    def compute(self):
        return {"error": super().compute()["error"] + torch.rand(())}


class OnTheClass(Error):
    values: ClassVar = []

    def __init__(self, config=None):
        pass

    def compute(self):
        return {"error": torch.cat(self.values).mean()}


class LastUpdate(Error):
    def compute(self):
        return {"error": torch.cat(self.values[-1:])}


class Sorted(Error):
    def compute(self):
        return {"error": torch.cat(self.values).sort(descending=True).values}


class Relative(Error):
    def compute(self):
        values = torch.cat(self.values)
        return {"error": values / values.max()}


class NoMask(Error):
    def update(self, rendered, truth, mask=None):
        super().update(rendered, truth)


class OneMask(Error):
    def update(self, rendered, truth, mask=None):
        super().update(rendered, truth, None if mask is None else mask[None] if mask.ndim == 3 else mask[:, :1])


class MaskRaises(Error):
    def update(self, rendered, truth, mask=None):
        super().update(rendered, truth, mask)
        assert mask is None or mask.ndim == 4


BROKEN = {
    Asks: "Its __init__ takes the options alone",
    Floats: "update to take videos in pairs",
    SaysPairs: "update to take videos in pairs",
    SaysTensors: "about() to be JSON",
    Number: "names to values",
    Frames: "'error': a tensor of shape (3,) or (); found (6,)",
    NotANumber: "'error': a number; found NaN",
    WritesVideos: "videos that stay as they were",
    Noisy: "the same values from a new instance",
    OnTheClass: "the same values",
    LastUpdate: "the same values whether clips come at once or in turn",
    LastOfASet: "the same values whether clips come at once or in turn",
    Sorted: "in the order of the updates",
    Relative: "'error' of each clip by itself",
    NoMask: "the mask is ignored",
    OneMask: "a mask for all clips and one for each",
    MaskRaises: "masks to be taken, or refused by BadInput",
}


@pytest.mark.parametrize("metric", BROKEN, ids=lambda each: each.__name__)
def test_what_breaks_it_is_told_what_to_change(metric, caught):
    caught(check_metric, metric, BROKEN[metric])


def test_the_example_of_the_door_keeps_it():
    example = Metric.__doc__.partition("Example::")[2]
    names = {"Metric": Metric, "torch": torch}
    exec(textwrap.dedent(example), names)
    check_metric(names["MeanError"])
