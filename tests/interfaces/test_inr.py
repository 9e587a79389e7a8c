"""The INR door: what differs per video, and `evaluate` against `forward`, clip by clip."""

import pytest
import torch
from torch import nn
from torch.func import functional_call

from inrkit import INR


class Wave(INR):
    """A point INR with a shared layer, a layer per video, a tensor per video, and a buffer of its own."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(3, 5)
        self.last = nn.Linear(5, 3)
        self.shift = nn.Parameter(torch.linspace(-1, 1, 5))
        self.register_buffer("gain", torch.tensor(3.0))

    def forward(self, coords):
        return self.last((self.gain * self.first(coords) + self.shift).sin())


class Painter(INR):
    """A frame INR: a convolution over the coordinates, all of it per video."""

    unit = "frame"

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.Tanh(), nn.Conv2d(4, 3, 1))
        self.per_video("net")

    def forward(self, coords):
        return self.net(coords.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)


def wave(*names):
    torch.manual_seed(0)
    inr = Wave()
    for name in names:
        inr.per_video(name)
    return inr


def test_a_submodule_becomes_buffers_under_the_names_of_its_parameters():
    inr = wave("last")
    assert list(inr.initial_weights()) == ["last.weight", "last.bias"]
    assert {name for name, _ in inr.named_parameters()} == {"first.weight", "first.bias", "shift"}


def test_one_tensor_can_differ_per_video():
    inr = wave("shift")
    assert list(inr.initial_weights()) == ["shift"]
    assert torch.equal(inr.initial_weights()["shift"], torch.linspace(-1, 1, 5))
    assert "shift" not in dict(inr.named_parameters())


def test_the_initial_weights_are_the_modules_own_initialisation_and_carry_no_gradient():
    torch.manual_seed(0)
    before = {name: value.detach().clone() for name, value in Wave().named_parameters()}
    for name, value in wave("last", "shift").initial_weights().items():
        assert torch.equal(value, before[name])
        assert not value.requires_grad


def test_what_differs_per_video_is_not_saved_but_the_rest_is():
    assert set(wave("last", "shift").state_dict()) == {"first.weight", "first.bias", "gain"}


@pytest.mark.parametrize("name", ["lst", "last.gain", "las", ""])
def test_an_unknown_name_is_refused(name):
    with pytest.raises(ValueError, match=rf"per_video\('{name}'\): Wave has no parameter"):
        wave(name)


def test_a_name_said_twice_is_refused():
    with pytest.raises(ValueError, match="no parameter"):
        wave("last", "last")


def test_said_of_a_leaf_it_takes_that_leaf_alone():
    assert list(wave("last.bias").initial_weights()) == ["last.bias"]


CASES = {
    "points, coordinates shared": (lambda: wave("first", "last"), (1, 7, 3)),
    "points, coordinates differ": (lambda: wave("first", "last"), (3, 7, 3)),
    "shifts only": (lambda: wave("shift"), (1, 7, 3)),
    "frames, coordinates shared": (Painter, (1, 2, 4, 5, 3)),
    "frames, coordinates differ": (Painter, (3, 2, 4, 5, 3)),
}


def clip_by_clip(inr, coords, weights):
    """What `evaluate` promises, spelled out with a loop."""
    return torch.stack(
        [
            functional_call(inr, {name: value[i] for name, value in weights.items()}, (coords[i % len(coords)],))
            for i in range(len(next(iter(weights.values()))))
        ]
    )


@pytest.mark.parametrize("case", CASES)
def test_evaluate_equals_forward_in_value_gradient_and_gradient_of_gradient(case):
    make, shape = CASES[case]
    torch.manual_seed(1)
    inr = make()
    coords = torch.rand(shape) * 2 - 1
    weights = {
        name: (value + 0.3 * torch.randn(3, *value.shape)).requires_grad_()
        for name, value in inr.initial_weights().items()
    }
    found = []
    for evaluate in (inr.evaluate, lambda c, w: clip_by_clip(inr, c, w)):
        rgb = evaluate(coords, weights)
        first = torch.autograd.grad(rgb.square().mean(), list(weights.values()), create_graph=True)
        second = torch.autograd.grad(sum(g.square().sum() for g in first), list(weights.values()))
        found.append([rgb, *first, *second])
        if parameters := list(inr.parameters()):
            found[-1] += torch.autograd.grad(evaluate(coords, weights).square().mean(), parameters)
    for ours, theirs in zip(*found, strict=True):
        assert ours.abs().max() > 1e-6
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-6)


def test_clips_do_not_mix():
    inr = wave("first", "last")
    weights = {name: value.repeat(2, *[1] * value.ndim) for name, value in inr.initial_weights().items()}
    before = inr.evaluate(torch.ones(1, 4, 3), weights)
    weights["last.bias"][1] += 1
    after = inr.evaluate(torch.ones(1, 4, 3), weights)
    assert torch.equal(before[0], after[0])
    torch.testing.assert_close(before[1] + 1, after[1])


def test_with_nothing_per_video_the_coordinates_set_the_batch():
    inr, coords = wave(), torch.rand(2, 4, 3)
    assert torch.equal(inr.evaluate(coords, {}), torch.stack([inr(coords[0]), inr(coords[1])]))
    assert inr.evaluate(coords[:1], {}).shape == (1, 4, 3)


def test_an_inr_must_say_what_it_computes():
    with pytest.raises(NotImplementedError):
        INR()(torch.zeros(1, 3))
