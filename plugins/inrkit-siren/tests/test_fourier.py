"""Fourier features: which waves they are, and that a saved run has the same."""

import math

import pytest
import torch

from inrkit import Spec
from inrkit_siren.fourier import SHARE, Fourier
from inrkit_siren.options import FourierOptions


def fourier(shape=(16, 64, 32), **options):
    return Fourier(FourierOptions(**{"width": 8} | options), Spec(shape))


def test_frequencies_grow_with_the_samples_of_each_axis():
    waves = fourier(features=4000).waves
    assert waves.std(1).tolist() == pytest.approx([16 * SHARE, 64 * SHARE, 32 * SHARE], rel=0.05)
    waves = fourier(features=4000, scale=3, scale_time=0.5).waves
    assert waves.std(1).tolist() == pytest.approx([0.5, 3, 3], rel=0.05)


def test_a_frequency_counts_waves_from_edge_to_edge():
    inr = fourier(features=1)
    inr.waves.copy_(torch.tensor([[0.0], [0.0], [2.0]]))
    x = torch.linspace(-1, 1, 9)
    found = inr._encode(torch.stack((0 * x, 0 * x, x), -1))
    expected = torch.stack(((2 * math.pi * x).sin(), (2 * math.pi * x).cos()), -1)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)


def test_its_waves_are_saved_and_not_trained():
    torch.manual_seed(0)
    first = fourier()
    torch.manual_seed(1)
    second = fourier()
    assert not torch.equal(first.waves, second.waves)
    assert list(first.parameters()) == [] and list(first.state_dict()) == ["waves"]
    second.load_state_dict(first.state_dict())
    weights, coords = {n: w[None] for n, w in first.initial_weights().items()}, torch.rand(1, 5, 3)
    assert torch.equal(first.evaluate(coords, weights), second.evaluate(coords, weights))
