"""The hypernetwork against ten separate MLPs, its sizes, and its two ways to begin."""

import pytest
import torch
from torch import nn

from inrkit import Spec
from inrkit_inrv.mlp_heads import DEVIATION, MLPHeads
from inrkit_inrv.nerf_mlp import NerfMLP
from inrkit_inrv.options import MLPHeadsOptions, NerfMLPOptions


def spec(latents=None, **options):
    torch.manual_seed(1)
    shape = (4, 6, 8)
    return Spec(shape, NerfMLP(NerfMLPOptions(**options), Spec(shape)).initial_weights(), latents or {"z": (64,)})


def small(latents=None, **options):
    known = spec(latents, width=6, layers=3, frequencies=2, time_frequencies=2)
    return MLPHeads(MLPHeadsOptions(**{"width": 9, "layers": 2} | options), known), known


def test_the_papers_sizes():
    with torch.device("meta"):
        known = Spec((25, 100, 100), NerfMLP(NerfMLPOptions(), Spec((25, 100, 100))).initial_weights(), {"z": (64,)})
        heads = MLPHeads(MLPHeadsOptions(), known)
    assert sum(value.numel() for value in heads.parameters()) == 57_274_627


def test_stacked_heads_are_separate_networks():
    heads, known = small()
    z = torch.randn(5, 64)
    found = heads({"z": z})
    assert list(found) == list(known.weights)
    assert len(found) == 10
    for i, (name, weight) in enumerate(known.weights.items()):
        layers = []
        for stacked in heads.hidden:
            layer = nn.Linear(stacked.weight.shape[2], stacked.weight.shape[1])
            layer.weight.data, layer.bias.data = stacked.weight[i].detach(), stacked.bias[i].detach()
            layers += [layer, nn.ReLU()]
        separate = nn.Sequential(*layers, heads.last[i])
        assert len(layers) == 2 * (2 + 1)
        torch.testing.assert_close(found[name], separate(z).view(5, *weight.shape))


def test_heads_do_not_share_anything():
    heads, _ = small()
    z = torch.randn(2, 64)
    heads({"z": z})["net.1.weight"].square().sum().backward()
    for stacked in heads.hidden:
        moved = stacked.weight.grad.flatten(1).any(1)
        assert moved.nonzero().flatten().tolist() == [2]
    assert [layer.weight.grad is not None for layer in heads.last].index(True) == 2


def test_several_latents_are_taken_together_per_frame_ones_too():
    heads, known = small({"clip": (5,), "frames": (3, 2)})
    latents = {"clip": torch.randn(4, 5), "frames": torch.randn(4, 3, 2)}
    before = heads(latents)
    assert {name: value.shape for name, value in before.items()} == {n: (4, *w.shape) for n, w in known.weights.items()}
    after = heads(latents | {"frames": latents["frames"] + 1})
    assert not torch.allclose(before["net.0.weight"], after["net.0.weight"])


def test_the_official_start_is_kaiming_and_a_tenth_of_it_in_the_last_layers():
    heads = MLPHeads(MLPHeadsOptions(), spec(width=16, layers=1, frequencies=4))
    kaiming = (2 / 256) ** 0.5
    assert heads.hidden[1].weight.std().item() == pytest.approx(kaiming, rel=0.02)
    assert heads.hidden[0].weight.std().item() == pytest.approx((2 / 64) ** 0.5, rel=0.02)
    assert heads.last[0].weight.std().item() == pytest.approx(kaiming / 10, rel=0.02)
    assert heads.last[0].bias.abs().max().item() <= 1 / 16
    assert heads.hidden[1].bias.abs().max().item() <= 1 / 16


def test_the_other_start_is_the_primary_networks_own_initialisation():
    known = spec(width=16, layers=1, frequencies=4)
    torch.manual_seed(0)
    heads = MLPHeads(MLPHeadsOptions(init="inr"), known)
    at_zero_weight = {n: layer.bias.view(w.shape) for layer, (n, w) in zip(heads.last, known.weights.items())}  # noqa: B905
    for name, weight in known.weights.items():
        assert torch.equal(at_zero_weight[name], weight)
        made = heads({"z": 0.01 * torch.randn(8, 64)})[name]
        away = (made - weight).square().mean().sqrt() / weight.square().mean().sqrt()
        assert away < 2 * DEVIATION
        assert away > 0
    official = MLPHeads(MLPHeadsOptions(), known)({"z": 0.01 * torch.randn(8, 64)})["net.1.weight"]
    assert (official - known.weights["net.1.weight"]).square().mean() > 0.5 * known.weights["net.1.weight"].var()
