"""The primary network: its encoding, its sizes, and its fast way of computing many videos."""

import pytest
import torch

from inrkit import Spec, grid
from inrkit_inrv.nerf_mlp import Encoding, NerfMLP
from inrkit_inrv.options import NerfMLPOptions

SPEC = Spec((4, 6, 8))


def small(**options):
    torch.manual_seed(0)
    return NerfMLP(NerfMLPOptions(**{"width": 7, "layers": 1, "frequencies": 3, "time_frequencies": 3} | options), SPEC)


def test_the_encoding_has_the_official_order(encoding):
    coords = torch.tensor([[0.3, -0.7, 0.9], [0.0, 1.0, -1.0]])
    found = Encoding(4, 4)(coords)
    assert found.shape == (2, 3 + 3 * 4 * 2)
    for row, place in zip(found, coords.tolist(), strict=True):
        torch.testing.assert_close(row, torch.tensor(encoding(place, 4)), atol=1e-5, rtol=1e-5)


def test_the_ten_octaves_of_the_paper_give_63_features(encoding):
    found = Encoding(10, 10)(torch.tensor([[0.25, -0.5, 0.125]]))
    assert found.shape == (1, 63)
    torch.testing.assert_close(found[0], torch.tensor(encoding([0.25, -0.5, 0.125], 10)), atol=1e-4, rtol=0)


@pytest.mark.parametrize(("space", "time"), [(4, 2), (1, 3), (2, 0), (0, 0)])
def test_an_axis_with_fewer_octaves_is_left_out_of_the_later_ones(encoding, space, time):
    place = [0.3, -0.7, 0.9]
    whole, octaves = encoding(place, max(space, time)), [time, space, space]
    kept = [0, 1, 2]
    for octave in range(max(octaves)):
        for axis in range(3):
            if octave < octaves[axis]:
                first = 3 + octave * 6 + axis * 2
                kept += [first, first + 1]
    found = Encoding(space, time)(torch.tensor([place]))
    torch.testing.assert_close(found[0], torch.tensor([whole[i] for i in kept]), atol=1e-5, rtol=1e-5)
    assert Encoding(space, time).features == len(kept)


def test_the_encoding_stays_in_single_precision():
    encode = Encoding(10, 10)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert encode(torch.rand(2, 3)).dtype == torch.float32
    assert dict(encode.state_dict()) == {}


def test_the_papers_sizes():
    weights = NerfMLP(NerfMLPOptions(), SPEC).initial_weights()
    assert len(weights) == 10
    assert sum(value.numel() for value in weights.values()) == 214_531
    assert weights["net.0.weight"].shape == (256, 63)
    assert weights["net.4.weight"].shape == (3, 256)


def test_all_its_weights_are_per_video_and_nothing_is_saved():
    inr = small()
    assert list(inr.parameters()) == []
    assert dict(inr.state_dict()) == {}
    assert inr.unit == "point"


def test_it_begins_as_the_official_code():
    weights = NerfMLP(NerfMLPOptions(), SPEC).initial_weights()
    for name, inputs in (("net.0", 63), ("net.1", 256), ("net.3", 256)):
        assert weights[f"{name}.weight"].std().item() == pytest.approx((2 / inputs) ** 0.5, rel=0.03)
        assert weights[f"{name}.bias"].abs().max().item() <= inputs**-0.5


def test_evaluate_equals_the_given_way():
    inr = small()
    weights = {name: value + 0.2 * torch.randn(2, *value.shape) for name, value in inr.initial_weights().items()}
    coords = grid((2, 3, 3)).flatten(1, 3)
    torch.testing.assert_close(inr.evaluate(coords, weights), super(NerfMLP, inr).evaluate(coords, weights))
