"""What is this distribution's own: what is modulated and how, what the encoder sees, and a training."""

import json
import math

import pytest
import torch

import inrkit
from inrkit import BadInput, ClipBatch, Observation, Spec
from inrkit_transformer.low_rank import LowRank
from inrkit_transformer.modulation import Modulated
from inrkit_transformer.options import LowRankOptions, PatternMLPOptions, TransformerOptions, VitOptions
from inrkit_transformer.pattern_mlp import PatternMLP
from inrkit_transformer.vit import Vit, resample
from inrkit_transformer.weight_tokens import WeightTokens

SHAPE = (5, 8, 8)


def test_a_matrix_is_changed_by_a_product_of_the_rank():
    """Written out: base + spread * sum of columns times rows / sqrt(rank)."""
    weight = torch.randn(6, 5, 2)
    part = Modulated(weight, LowRankOptions(rank=3))
    numbers = torch.randn(2, 3, 16)
    change = (
        sum(numbers[:, k, :6, None] * (part.down[k] + numbers[:, k, 6:])[:, None] for k in range(3))
        * weight.std(correction=0)
        / math.sqrt(3)
    )
    torch.testing.assert_close(part(numbers), weight + change.view(2, 6, 5, 2))
    assert torch.linalg.matrix_rank((part(numbers) - weight)[0].flatten(1)) == 3


@pytest.mark.parametrize("shape", [(7,), (2, 7), (7, 2), (1,)])
def test_what_is_no_larger_than_the_rank_is_changed_itself(shape):
    """Whatever is asked for is reached, by as many numbers as there are values."""
    weight, wanted = torch.randn(shape), torch.randn(shape)
    part = Modulated(weight, LowRankOptions(rank=2))
    assert part.rows * part.columns == weight.numel()
    numbers = torch.zeros(1, part.rows, part.columns, requires_grad=True)
    (slope,) = torch.autograd.grad((part(numbers) * wanted).sum(), numbers)
    torch.testing.assert_close(slope.norm(), wanted.norm() * part.unit)


@pytest.mark.parametrize(("cls", "options"), [(LowRank, LowRankOptions), (WeightTokens, TransformerOptions)])
def test_videos_begin_near_the_inrs_own_weights(cls, options):
    torch.manual_seed(0)
    weights = {"a.weight": 3 * torch.randn(32, 40), "a.bias": torch.randn(32), "zero": torch.zeros(8, 16)}
    made = cls(options(), Spec(SHAPE, weights, {"z": (64,)}))({"z": torch.randn(4, 64)})
    for name, weight in weights.items():
        apart = (made[name] - weight).square().mean().sqrt() / (weight.std() if name != "zero" else 0.25)
        assert 0.01 < apart < 0.2, name
        assert (made[name][0] != made[name][1]).any()


def test_one_layer_is_composed_of_patterns():
    """Written out by hand, and equal to a plain MLP whose second weight is the product."""
    inr, coords = PatternMLP(PatternMLPOptions(width=16, patterns=4, layers=1), Spec(SHAPE)), torch.rand(7, 3) * 2 - 1
    patterns = torch.randn(2, 4, 16)
    hidden = inr.first(inr._encode(coords)).relu()
    for i in range(2):
        own = (hidden @ (inr.compose.weight @ patterns[i]).T + inr.compose.bias).relu()
        expected = inr.rest[1](inr.rest[0](own).relu())
        torch.testing.assert_close(inr.evaluate(coords[None], {"patterns": patterns})[i], expected)


@pytest.mark.parametrize(("old", "new"), [(6, 3), (5, 3), (3, 5), (1, 4), (7, 7)])
def test_what_is_seen_are_area_averages(old, new):
    """As each value repeated `new` times, averaged `old` at a time."""
    values = torch.randn(2, old, 3)
    expected = values.repeat_interleave(new, 1).unflatten(1, (new, old)).mean(2)
    torch.testing.assert_close(resample(values, 1, new), expected)


def vit(**options):
    torch.manual_seed(0)
    return Vit(VitOptions(**{"size": 6, "tokens": (1, 2, 2), "patch": (5, 4, 4), "width": 16, **options}), Spec(SHAPE))


@torch.no_grad()
def test_the_encoder_sees_what_the_observation_fills_in():
    mask = torch.rand(SHAPE) < 0.5
    video = torch.rand(2, *SHAPE, 3) * 2 - 1
    hidden = ClipBatch(torch.where(mask[..., None], video, torch.nan), observation=Observation(mask))
    filled = ClipBatch(torch.where(mask[..., None], video, 0))
    encoder = vit()
    for clips in (hidden, filled):
        clips.features = encoder.features(clips.frames)
    torch.testing.assert_close(encoder(hidden, None), encoder(filled, None))
    torch.testing.assert_close(encoder(filled, None)["z"].square().mean(1), torch.ones(2))


def test_what_all_clips_have_in_common_does_not_hide_what_differs():
    """Clips that are nearly the same get latents that are not, once some were seen in training."""
    encoder = vit().train()
    clips = ClipBatch(-0.9 + 0.05 * torch.randn(8, *SHAPE, 3))
    clips.features = encoder.features(clips.frames)
    for _ in range(2):
        encoder(clips, None)
    encoder.eval()
    tubelets = clips.features["tubelets"].float()
    seen = encoder.common(tubelets)
    torch.testing.assert_close(seen.mean(0), torch.zeros_like(seen[0]), atol=1e-3, rtol=0)
    assert 0.8 < seen.std() < 1.2
    assert encoder(clips, None)["z"].std(0).mean() > 0.3
    torch.testing.assert_close(encoder(clips, None), encoder(clips, None))


def test_heads_that_do_not_share_the_width_are_bad_input():
    with pytest.raises(BadInput, match="no multiple of 3"):
        vit(heads=3)


TINY = {
    "count": 3,
    "held_out": 0,
    "data.frames": 5,
    "data.size": (12, 12),
    "data.holdout": 0,
    "encoder.tokens": (1, 2, 2),
    "encoder.patch": (5, 3, 3),
    "encoder.width": 16,
    "inr.width": 24,
    "inr.layers": 1,
    "train.batch": 3,
    "train.points": 0.3,
    "train.lr": 5e-3,
    "train.warmup": 50,
}

GREY = 18.97
"""PSNR of the mean colour of each of these clips, in dB, averaged over the clips."""


@pytest.mark.parametrize("hypernetwork", ["transformer", "lowrank"])
def test_a_space_is_learned_in_which_one_pass_finds_videos(hypernetwork, tmp_path, monkeypatch):
    monkeypatch.setenv("INRKIT_CACHE", str(tmp_path / "cache"))
    run = inrkit.train(
        plugin="trans-inr",
        hypernetwork=hypernetwork,
        out=tmp_path / "run",
        steps=300,
        device="cpu",
        options=TINY,
    )
    assert json.loads((run / "result.json").read_text())["train"]["psnr"] > GREY + 2
    model = inrkit.load(run)
    learned = inrkit.to_uint8(model.render(model.latents, (5, 12, 12)))
    grey = inrkit.to_float(learned).var((1, 2, 3, 4), correction=0)
    assert (error(model, inrkit.fit(model, ClipBatch(learned), steps=0), learned) < grey / 2).all()
    between = {name: (z + z.roll(1, 0)) / 2 for name, z in model.latents.items()}  # of which no clip was seen
    truth = inrkit.to_uint8(model.render(between, (5, 12, 12)))
    errors = [error(model, inrkit.fit(model, ClipBatch(truth), steps=steps), truth) for steps in (0, 30)]
    assert (errors[1] <= errors[0]).all()
    assert errors[1].mean() < errors[0].mean() / 2
    assert model.render(model.latents, (9, 6, 8)).shape == (3, 9, 6, 8, 3)


def error(model, latents, truth):
    return (model.render(latents, (5, 12, 12)) - inrkit.to_float(truth)).square().mean((1, 2, 3, 4))
