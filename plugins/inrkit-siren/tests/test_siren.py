"""SIREN: its initialisation by the paper's numbers, alone and through a hypernetwork, and its frequencies."""

import math

import pytest
import torch

from inrkit import Spec, grid
from inrkit.discovery import load_registry
from inrkit_siren.options import SirenOptions
from inrkit_siren.siren import Siren, first_frequencies

SPEC = Spec((64, 64, 64))


def siren(spec=SPEC, **options):
    torch.manual_seed(0)
    return Siren(SirenOptions(**{"width": 128} | options), spec)


def sines(inr, weights, coords):
    """What each sine is fed, (N, width) a layer: written plainly, with the paper's sin(w0 (Wx + b))."""
    fed, hidden = [], coords * torch.tensor([inr.time / inr.space, 1.0, 1.0])
    for i in range(inr.layers + 1):
        factor = inr.space if i == 0 else inr.hidden
        fed.append(factor * (hidden @ weights[f"net.{i}.weight"].T + weights[f"net.{i}.bias"]))
        hidden = fed[-1].sin()
    return fed, hidden @ weights[f"net.{inr.layers + 1}.weight"].T + weights[f"net.{inr.layers + 1}.bias"]


class Known:
    """The numbers of a SIREN."""

    def __init__(self, space=30.0, time=30.0, hidden=8.0, layers=3):
        self.space, self.time, self.hidden, self.layers = space, time, hidden, layers


def test_it_is_the_papers_function():
    inr = siren(width=9, layers=2, w0=20, w0_time=5, w0_hidden=30)
    coords = torch.rand(50, 3) * 2 - 1
    _, rgb = sines(Known(20, 5, 30, 2), inr.initial_weights(), coords)
    torch.testing.assert_close(inr(coords), rgb, atol=1e-5, rtol=1e-4)


def test_weights_begin_uniform_within_the_papers_bounds():
    weights = siren(w0_hidden=30).initial_weights()
    for i, bound in enumerate([1 / 3, *[math.sqrt(6 / 128) / 30] * 4]):
        weight = weights[f"net.{i}.weight"]
        assert 0.95 * bound < weight.abs().max() <= bound
        assert weight.std().item() == pytest.approx(bound / math.sqrt(3), rel=0.1)


@pytest.mark.parametrize("hidden", [1.0, 8.0, 30.0])
def test_every_sine_is_fed_a_unit_variance_however_deep(hidden):
    """The paper's theorem: arcsine distributions times such weights are standard normal."""
    inr = siren(width=256, layers=6, w0_hidden=hidden)
    fed, rgb = sines(Known(hidden=hidden, layers=6), inr.initial_weights(), torch.rand(500, 3) * 2 - 1)
    for values in fed[1:]:
        assert values.std().item() == pytest.approx(1, abs=0.15)
    assert rgb.std() < 2 / hidden


def test_a_hypernetwork_begins_at_it():
    """Bias-initialised heads: the weights of every new video keep the sines' variance, which usual heads do not."""
    inr = siren(width=64, w0_hidden=8)
    spec = Spec(SPEC.clip_shape, inr.initial_weights(), {"z": (64,)})
    coords, spread = torch.rand(300, 3) * 2 - 1, {}
    for init in ("inr", "official"):
        registry = load_registry()
        options = registry.options("hypernetwork", "mlp-heads")(width=64, layers=1, init=init)
        made = registry.get("hypernetwork", "mlp-heads")(options, spec)({"z": 0.01 * torch.randn(1, 64)})
        fed, _ = sines(Known(), {name: value[0] for name, value in made.items()}, coords)
        spread[init] = [values.std().item() for values in fed[1:]]
    assert spread["inr"] == pytest.approx([1, 1, 1], abs=0.25)
    assert min(spread["official"]) > 1.5


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((64, 64, 64), (30, 30)),
        ((25, 240, 320), (30, 30 * 25 / 64)),
        ((16, 32, 24), (15, 7.5)),
        ((1, 1, 2), (30 / 32, 30 / 64)),
    ],
)
def test_small_clips_have_slower_sines(shape, expected):
    assert first_frequencies(SirenOptions(), Spec(shape)) == pytest.approx(expected)
    assert first_frequencies(SirenOptions(w0=7, w0_time=2), Spec(shape)) == (7, 2)


def test_evaluate_equals_the_given_way():
    inr = siren(width=7, layers=1)
    weights = {name: value + 0.2 * torch.randn(2, *value.shape) for name, value in inr.initial_weights().items()}
    coords = grid((2, 3, 3)).flatten(1, 3)
    torch.testing.assert_close(inr.evaluate(coords, weights), super(Siren, inr).evaluate(coords, weights))
