"""The contract of an INR, proven by INRs that break it, each in one way."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from inrkit import INR
from inrkit.testing import check_inr
from inrkit.testing.parts import TinyINR
from inrkit.testing.vmap import RULES


class Good(INR):
    """Per video a layer and a shift; shared a layer and a gain."""

    def __init__(self, config, spec):
        super().__init__()
        self.first, self.last = nn.Linear(3, 16), nn.Linear(16, 3)
        self.shift = nn.Parameter(torch.zeros(16))
        self.gain = nn.Parameter(torch.tensor(2.0))
        self.per_video("last")
        self.per_video("shift")

    def forward(self, coords):
        return self.last((self.gain * self.first(coords) + self.shift).sin())


class Frames(INR):
    unit = "frame"

    def __init__(self, config, spec):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(3, 6, 3, padding=1), nn.Tanh(), nn.Conv2d(6, 3, 1))
        self.per_video("net")

    def forward(self, coords):
        return self.net(coords.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)


class Clips(Frames):
    unit = "clip"

    def forward(self, coords):
        return super().forward(coords) + super().forward(coords).mean(0)


class Shared(INR):
    """Nothing per video."""

    def __init__(self, config, spec):
        super().__init__()
        self.net = nn.Linear(3, 3)

    def forward(self, coords):
        return self.net(coords)


class Dropping(Good):
    def forward(self, coords):
        return F.dropout(super().forward(coords), 0.5, self.training)


class Own(Good):
    """An evaluate of its own that is right."""

    def evaluate(self, coords, weights):
        hidden = (self.gain * self.first(coords) + weights["shift"][:, None]).sin()
        kind = weights["last.weight"].dtype
        return torch.baddbmm(
            weights["last.bias"][:, None], hidden.to(kind).expand(len(weights["shift"]), -1, -1),
            weights["last.weight"].transpose(1, 2),
        )  # fmt: skip


class Planes(INR):
    """grid_sample cannot be differentiated twice; that is no breach."""

    def __init__(self, config, spec):
        super().__init__()
        self.plane = nn.Parameter(0.3 * torch.randn(1, 3, 6, 6))
        self.per_video("plane")

    def forward(self, coords):
        places = coords[None, None, :, :2]
        return F.grid_sample(self.plane.float(), places, align_corners=True)[0, :, 0].T


@pytest.mark.parametrize("inr", [Good, Frames, Clips, Shared, Dropping, Own, Planes, TinyINR, "nerf-mlp"])
def test_what_keeps_the_contract_passes(inr):
    before = torch.get_rng_state()
    assert check_inr(inr) is None
    assert torch.equal(before, torch.get_rng_state())


def test_options_are_values_or_a_model_or_a_dictionary(caught):
    from inrkit_inrv.options import NerfMLPOptions

    for options in (NerfMLPOptions(width=4), NerfMLPOptions, {"width": 4}):
        check_inr("nerf-mlp", options=options)
    caught(check_inr, type("Asks", (Good,), {"__init__": lambda self, config, spec: config.width}), "config, spec")


class NoSuper(INR):
    def __init__(self, config, spec):
        self.net = nn.Linear(3, 3)


class NoSpec(INR):
    def __init__(self, config):
        super().__init__()


class Raises(Good):
    def __init__(self, config, spec):
        raise ZeroDivisionError("a teapot")


class OddUnit(Good):
    unit = "pixel"


class NothingToLearn(INR):
    def forward(self, coords):
        return coords


class Grey(Good):
    def forward(self, coords):
        return super().forward(coords)[:, :1]


class Double(Good):
    def forward(self, coords):
        return super().forward(coords).double()


class Infinite(Good):
    def forward(self, coords):
        return super().forward(coords) / 0


class WritesCoords(Good):
    def forward(self, coords):
        coords.mul_(0.5)
        return super().forward(coords)


class MixesPoints(Good):
    def forward(self, coords):
        return super().forward(coords) - super().forward(coords).mean(0)


class MixesFrames(Clips):
    unit = "frame"


class KnowsItsLength(Frames):
    def forward(self, coords):
        return super().forward(coords.view(4, 8, 16, 3))


class Other(Own):
    """Evaluate is not forward."""

    def evaluate(self, coords, weights):
        return super().evaluate(coords, weights) + 0.1


class MixesClips(Own):
    def evaluate(self, coords, weights):
        rgb = super().evaluate(coords, weights)
        return rgb + 0.1 * (rgb - rgb.mean(0))


class Bytes(Good):
    def forward(self, coords):
        return 255 * super().forward(coords).sigmoid()


class Loose(Good):
    """Right on the CPU; left behind there when the model moves."""

    def __init__(self, config, spec):
        super().__init__(config, spec)
        self.waves = torch.ones(3)

    def forward(self, coords):
        return super().forward(coords * self.waves)


class NotShared(Own):
    """Takes only coordinates that all clips share."""

    def evaluate(self, coords, weights):
        return super().evaluate(coords[:1], weights)


class WrongShape(Own):
    def evaluate(self, coords, weights):
        return super().evaluate(coords, weights).flatten(1)


class Refuses(Own):
    def evaluate(self, coords, weights):
        return super().evaluate(coords, {"shift": weights["shift"]})


class WrongSlope(Own):
    """Right in value, wrong in gradient."""

    def evaluate(self, coords, weights):
        rgb = super().evaluate(coords, weights)
        return rgb + (rgb - rgb.detach())


class _Once(torch.autograd.Function):
    """Twice a number; its gradient is right, the gradient of it is not."""

    @staticmethod
    def forward(ctx, value):
        ctx.save_for_backward(value)
        return value.square()

    @staticmethod
    def backward(ctx, slope):
        (value,) = ctx.saved_tensors
        return 2 * value.detach() * slope


class WrongCurvature(Own):
    def evaluate(self, coords, weights):
        rgb = super().evaluate(coords, weights)
        return rgb + _Once.apply(rgb) - rgb.square()


class _NoMore(torch.autograd.Function):
    @staticmethod
    def forward(ctx, value):
        return value + 0

    @staticmethod
    def backward(ctx, slope):
        raise RuntimeError("no second gradient")


class _OneGradient(torch.autograd.Function):
    @staticmethod
    def forward(ctx, value):
        return value + 0

    @staticmethod
    def backward(ctx, slope):
        return _NoMore.apply(slope)


class NotTwice(Own):
    def evaluate(self, coords, weights):
        return _OneGradient.apply(super().evaluate(coords, weights))


class Unused(Good):
    def forward(self, coords):
        return self.last((self.gain * self.first(coords)).sin())


class Detached(Good):
    def forward(self, coords):
        return self.last((self.gain * self.first(coords) + self.shift).sin().detach())


class UnusedShared(Good):
    def forward(self, coords):
        return self.last((self.first(coords) + self.shift).sin())


class NumpySeed(Good):
    def __init__(self, config, spec):
        super().__init__(config, spec)
        import random

        self.gain.data.fill_(random.random())


class Noisy(Good):
    def forward(self, coords):
        return F.dropout(super().forward(coords), 0.5, True)


class NotSaved(Good):
    def __init__(self, config, spec):
        super().__init__(config, spec)
        self.directions = [torch.randn(3, 3)]

    def forward(self, coords):
        return super().forward(coords @ self.directions[0])


class HalfEncoding(Own):
    """Octaves of coordinates that were rounded to bf16."""

    def forward(self, coords):
        return super().forward((200 * coords).sin())

    def evaluate(self, coords, weights):
        return super().evaluate((200 * coords.to(weights["shift"].dtype)).sin(), weights)


class HalfAngles(Own):
    """Angles from a layer, which autocast rounds."""

    def forward(self, coords):
        return super().forward(300 * coords)

    def evaluate(self, coords, weights):
        return super().evaluate(300 * (coords @ torch.eye(3)), weights)


class OneDtype(Own):
    def evaluate(self, coords, weights):
        hidden = (self.gain * self.first(coords) + weights["shift"][:, None]).sin()
        colours = torch.lerp(torch.zeros_like(weights["last.weight"]), weights["last.weight"], torch.ones(1, 1, 1))
        return hidden @ colours.transpose(1, 2) + weights["last.bias"][:, None]


class FixedSize(Frames):
    """Right for what it was trained on alone."""

    def forward(self, coords):
        return super().forward(coords) + torch.zeros(8, 16, 1)


BROKEN = {
    NoSuper: "before Module.__init__() call",
    NoSpec: "takes (config, spec)",
    Raises: "ZeroDivisionError: a teapot (test_inr.py, line",
    OddUnit: "one of point, frame, clip; found 'pixel'",
    NothingToLearn: "something to learn",
    Bytes: "rgb at the start of a size like [-1, 1]; found 1",
    Loose: "a plain tensor 'waves'",
    Grey: "rgb of forward: the shape (24, 3); found (24, 1)",
    Double: "float32; found torch.float64",
    Infinite: "finite numbers",
    WritesCoords: "coordinates that stay as they were",
    MixesPoints: "say unit = 'frame'",
    MixesFrames: "say unit = 'clip'",
    KnowsItsLength: "to take any number of frames",
    Other: "expected evaluate to equal forward;",
    MixesClips: "each clip of a batch by itself",
    NotShared: "each clip of a batch by itself",
    WrongShape: "rgb of evaluate: the shape",
    Refuses: "KeyError",
    WrongSlope: "evaluate to equal forward in its gradient",
    WrongCurvature: "evaluate to equal forward in second order",
    NotTwice: "evaluate to be differentiated twice",
    Unused: "found none for 'shift'",
    Detached: "a gradient for all that differs per video; found none for 'shift'",
    UnusedShared: "a gradient for every parameter; found none for 'gain'",
    NumpySeed: "the same initial values from the same seed",
    Noisy: "the same rgb of the same coordinates in eval mode",
    NotSaved: "register_buffer",
    HalfEncoding: "nearly the same rgb from weights in bf16 under torch.autocast",
    HalfAngles: "nearly the same result under torch.autocast",
    OneDtype: "weights in bf16 to be taken",
    FixedSize: "to render (7, 8, 12), trained on (4, 8, 16)",
}


@pytest.mark.parametrize("inr", BROKEN, ids=lambda each: each.__name__)
def test_what_breaks_it_is_told_what_to_change(inr, caught):
    caught(check_inr, inr, f"inr '{inr.__name__}'", BROKEN[inr])


def test_another_class_is_none(caught):
    caught(check_inr, nn.Linear, "a class derived from inrkit.INR")


# What vmap cannot do


def spoilt(use):
    """An INR that does something to its weights on the way."""

    class Spoilt(Good):
        def __init__(self, config, spec):
            super().__init__(config, spec)
            self.gru, self.lstm, self.norm = nn.GRU(3, 3), nn.LSTM(3, 3), nn.BatchNorm1d(3)

        def forward(self, coords):
            return use(self, super().forward(coords))

    return Spoilt


def written(self, rgb):
    fresh = torch.zeros(len(rgb), 3)
    fresh[:] = rgb
    return fresh


def added(self, rgb):
    fresh = torch.zeros(len(rgb), 3)
    fresh += rgb
    return fresh


class _NoRule(torch.autograd.Function):
    @staticmethod
    def forward(value):
        return value + 0

    @staticmethod
    def setup_context(ctx, inputs, output):
        pass

    @staticmethod
    def backward(ctx, slope):
        return slope


class _OldStyle(torch.autograd.Function):
    @staticmethod
    def forward(ctx, value):
        return value + 0

    @staticmethod
    def backward(ctx, slope):
        return slope


def normed(self, rgb):
    return self.norm(rgb) if self.training else rgb


VMAP = {
    "item": (lambda self, rgb: rgb * self.shift.sum().cos().item(), ".item()"),
    "branch": (lambda self, rgb: rgb if self.shift.sum() > 9 else -rgb, "branch or loop"),
    "mask": (lambda self, rgb: rgb * (1 + len(self.shift[self.shift > 9])), "boolean mask"),
    "nonzero": (lambda self, rgb: rgb * len((self.shift > 0).nonzero()), "shape depends on values"),
    "repeat": (lambda self, rgb: rgb * len(self.shift.repeat_interleave((self.shift > 9).long())), "repeat_interleave"),
    "write": (written, "writes into a fresh tensor"),
    "add": (added, "writes into a fresh tensor"),
    "batch norm": (normed, "batch norm with running statistics"),
    "gru": (lambda self, rgb: self.gru(rgb[None])[0][0], "a GRU"),
    "lstm": (lambda self, rgb: self.lstm(rgb[None])[0][0], "an LSTM"),
    "function": (lambda self, rgb: _OldStyle.apply(rgb), "an autograd.Function without a vmap rule"),
    "no rule": (lambda self, rgb: _NoRule.apply(rgb), "an autograd.Function without a vmap rule"),
    "numpy": (lambda self, rgb: rgb + torch.from_numpy(self.shift[:3].detach().numpy()), "it leaves torch"),
}


@pytest.mark.parametrize("case", VMAP)
def test_the_rule_of_vmap_that_is_broken_is_named(case, caught):
    use, rule = VMAP[case]
    caught(check_inr, spoilt(use), "forward to work under torch.func.vmap", rule, "or override evaluate")


def test_every_rule_says_what_to_do():
    assert all(part and rule and change for part, rule, change in RULES)
