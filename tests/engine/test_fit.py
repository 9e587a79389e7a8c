"""Latents that explain what was seen."""

import pytest
import torch
from painting import CLIPS, SHAPE, TRUE, Looking, corner, hidden, rows
from painting import model_of as space
from torch import nn

from inrkit import ClipBatch, HyperNetwork, fit, grid, per_clip, to_float
from inrkit.engine.fit import start


def model_of(encoder=None, spread=0.1):
    """Of four training clips."""
    return space(encoder, known=rows(4, spread))


@pytest.mark.parametrize("amount", [None, 40])
def test_what_the_model_can_show_is_found(amount):
    found = fit(model_of(), ClipBatch(CLIPS), steps=150, lr=0.05, amount=amount)["colour"]
    torch.testing.assert_close(found, TRUE, atol=5e-3, rtol=0)


def test_it_is_found_from_what_was_seen():
    torch.testing.assert_close(
        fit(model_of(), hidden(CLIPS, corner()), steps=150, lr=0.05)["colour"], TRUE, atol=5e-3, rtol=0
    )


def test_without_steps_it_is_the_start_the_mean_of_the_training_codes():
    model = model_of()
    expected = model.codes["colour"].mean(0).expand(2, 2, 3)
    torch.testing.assert_close(fit(model, ClipBatch(CLIPS), steps=0)["colour"], expected)
    torch.testing.assert_close(start(model, ClipBatch(CLIPS))["colour"], expected)


def test_the_start_uses_what_frozen_networks_saw_of_what_was_seen():
    model = model_of(Looking())
    found = start(model, ClipBatch(CLIPS))["colour"]
    expected = model.codes["colour"].mean(0).expand(2, 2, 3).clone()
    expected[:, 0] += CLIPS.mean((1, 2, 3))
    torch.testing.assert_close(found, expected)
    given = start(model, ClipBatch(CLIPS, features={"mean": torch.ones(2, 3)}))["colour"]
    torch.testing.assert_close(given[:, 0], model.codes["colour"].mean(0)[0] + torch.ones(2, 3))


def error(model, latents):
    with torch.no_grad():
        return per_clip((model.decode(latents, grid(SHAPE)) - CLIPS).square())


def test_each_clip_keeps_the_best_it_passed_through():
    """A rate so large that every step away from the start is worse."""
    model = model_of(spread=0.0)
    model.codes = {"colour": TRUE.mean(0, keepdim=True) + torch.tensor([[[0.01]], [[-0.01]]])}
    begin = fit(model, ClipBatch(CLIPS), steps=0)
    wild = fit(model, ClipBatch(CLIPS), steps=7, lr=50.0)
    assert (error(model, wild) <= error(model, begin)).all()
    near = {"colour": TRUE[:1]}
    model.codes = near
    stays = fit(model, ClipBatch(CLIPS), steps=7, lr=50.0)["colour"]
    assert torch.equal(stays[0], TRUE[0])


def test_more_steps_are_never_worse():
    errors = [error(model_of(), fit(model_of(), ClipBatch(CLIPS), steps=steps, lr=0.05)) for steps in (0, 5, 40)]
    assert (errors[1] < errors[0]).all()
    assert (errors[2] < errors[1]).all()


def test_a_batch_is_its_rows():
    whole = fit(model_of(), ClipBatch(CLIPS), steps=10)["colour"]
    for i in range(2):
        alone = fit(model_of(), ClipBatch(CLIPS[i : i + 1]), steps=10)["colour"]
        torch.testing.assert_close(alone[0], whole[i])


def test_the_same_clips_give_the_same_latents():
    found = [fit(model_of(), ClipBatch(CLIPS, seed=3), steps=5, amount=10)["colour"] for _ in range(2)]
    assert torch.equal(*found)


def test_the_first_step_is_a_fifth_of_the_spread_of_the_training_latents():
    model = model_of(spread=0.5)
    model.codes = {"colour": torch.zeros(4, 2, 3)}
    spread = model.latents["colour"].flatten(1).std(0).mean()
    moved = fit(model, ClipBatch(CLIPS), steps=1)["colour"].abs()
    assert moved.max().item() == pytest.approx(0.2 * spread.item(), rel=1e-3)
    model.latents = {}
    assert fit(model, ClipBatch(CLIPS), steps=1)["colour"].abs().max().item() == pytest.approx(0.02, rel=1e-3)


def test_another_loss():
    asked = []

    def first_clip_only(seen, target):
        asked.append(seen.shape)
        return per_clip((seen - target).abs()) * torch.tensor([1.0, 0.0])

    found = fit(model_of(), ClipBatch(CLIPS), steps=20, lr=0.05, loss=first_clip_only)
    before = fit(model_of(), ClipBatch(CLIPS), steps=0)
    assert asked[0] == (2, 3 * 6 * 6, 3)
    assert error(model_of(), found)[0] < error(model_of(), before)[0]
    assert torch.equal(found["colour"][1], before["colour"][1])


def test_a_prior_holds_latents_back():
    def small(latents):
        return 5 * latents["colour"].flatten(1).square().sum(1)

    free = fit(model_of(), ClipBatch(CLIPS), steps=60, lr=0.05)["colour"]
    held = fit(model_of(), ClipBatch(CLIPS), steps=60, lr=0.05, prior=small)["colour"]
    assert (held.flatten(1).norm(dim=1) < 0.3 * free.flatten(1).norm(dim=1)).all()


def test_a_prior_weighs_the_same_whatever_must_stay_whole():
    """Of whole frames only a share was seen: their error is the mean over that share, as that of points is."""
    mask = torch.rand(SHAPE, generator=torch.Generator().manual_seed(1)) < 0.2
    found = []
    for unit in ("point", "frame"):
        model = model_of()
        model.inr.unit = unit
        found.append(
            fit(model, hidden(CLIPS, mask), steps=60, lr=0.05, prior=lambda z: z["colour"].flatten(1).square().sum(1))
        )
    torch.testing.assert_close(found[0]["colour"], found[1]["colour"], atol=1e-3, rtol=0)


def test_the_model_is_used_in_eval_mode_and_left_as_it_was():
    model = model_of(Looking()).train()
    found = [fit(model, ClipBatch(CLIPS), steps=0)["colour"] for _ in range(2)]
    assert torch.equal(*found)
    assert model.training
    assert model.encoder.dropout.training
    model.eval()
    fit(model, ClipBatch(CLIPS), steps=0)
    assert not model.training


def test_also_after_a_failure():
    model = model_of().train()

    def broken(seen, target):
        raise RuntimeError("no loss")

    with pytest.raises(RuntimeError, match="no loss"):
        fit(model, ClipBatch(CLIPS), loss=broken)
    assert model.training


def test_parameters_gather_no_gradients():
    class Scaled(HyperNetwork):
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(torch.ones(()))

        def forward(self, latents):
            return {name: self.scale * value for name, value in latents.items()}

    model = model_of()
    model.hypernetwork = Scaled()
    found = fit(model, ClipBatch(CLIPS), steps=5, lr=0.05)["colour"]
    assert model.hypernetwork.scale.grad is None
    assert not found.requires_grad


@pytest.mark.parametrize("context", [torch.no_grad, torch.enable_grad])
def test_it_works_wherever_it_is_called(context):
    with context():
        found = fit(model_of(), ClipBatch(CLIPS), steps=20, lr=0.05)
    assert (error(model_of(), found) < error(model_of(), fit(model_of(), ClipBatch(CLIPS), steps=0))).all()


def test_bytes_are_as_good_as_floats():
    pixels = (CLIPS.clamp(-1, 1) * 127.5 + 127.5).round().to(torch.uint8)
    one = fit(model_of(), ClipBatch(pixels), steps=5)["colour"]
    other = fit(model_of(), ClipBatch(to_float(pixels)), steps=5)["colour"]
    assert torch.equal(one, other)
