"""What is functa's own: what is modulated, how latents are found, and trainings of each form."""

import json

import pytest
import torch

import inrkit
from inrkit import BadInput, ClipBatch, Observation, Spec
from inrkit_functa.inner_loop import InnerLoop
from inrkit_functa.modulated_siren import ModulatedSiren
from inrkit_functa.modulations import Modulations
from inrkit_functa.options import InnerLoopOptions, ModulatedSirenOptions, ModulationsOptions

SHAPE = (5, 8, 8)


def siren(**options):
    torch.manual_seed(0)
    return ModulatedSiren(ModulatedSirenOptions(width=16, layers=3, **options), Spec(SHAPE))


def test_a_shift_is_added_inside_the_sine():
    """Written out by hand, layer by layer."""
    inr, coords = siren(), torch.rand(7, 3) * 2 - 1
    shift = torch.randn(2, 3, 16)
    hidden = coords.expand(2, -1, -1)
    for i, layer in enumerate(inr.layers):
        hidden = torch.sin(30 * (hidden @ layer.weight.T + layer.bias + shift[:, i, None]))
    torch.testing.assert_close(inr.evaluate(coords[None], {"shift": shift}), inr.out(hidden))


def test_a_low_rank_change_is_one_of_the_layers_weights():
    inr, coords = siren(rank=2), torch.rand(7, 3) * 2 - 1
    weights = {name: torch.randn(1, *value.shape) / 10 for name, value in inr.initial_weights().items()}
    plain = siren()
    with torch.no_grad():
        for i in range(1, 3):
            inr_change = weights["up"][0, i - 1] @ weights["down"][0, i - 1]
            plain.layers[i].weight.copy_(inr.layers[i].weight + inr_change)
        for mine, other in [(plain.layers[0], inr.layers[0]), (plain.out, inr.out)]:
            mine.load_state_dict(other.state_dict())
        for i in range(1, 3):
            plain.layers[i].bias.copy_(inr.layers[i].bias)
    expected = plain.evaluate(coords[None], {"shift": weights["shift"]})
    torch.testing.assert_close(inr.evaluate(coords[None], weights), expected, atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_sines_start_with_a_spread_of_one():
    """SIREN's initialisation: whatever the width and w0, what the weights put into a later sine has spread one."""
    for w0 in (10.0, 30.0):
        torch.manual_seed(0)
        inr = ModulatedSiren(ModulatedSirenOptions(width=256, layers=4, w0=w0), Spec(SHAPE))
        hidden = torch.rand(500, 3) * 2 - 1
        for i, layer in enumerate(inr.layers):
            assert i == 0 or 0.8 < float((w0 * hidden @ layer.weight.T).std()) < 1.2
            hidden = (w0 * layer(hidden)).sin()


def test_frames_are_joined_linearly():
    """Halfway between two frames the shift is their mean; a clip of more frames is taken as it is."""
    inr = siren(per_frame=True)
    shift = torch.randn(1, 5, 3, 16)
    middle = torch.tensor([[-0.75, 0.3, 0.2]])
    mean = {"shift": shift[:, :2].mean(1, keepdim=True)}
    torch.testing.assert_close(inr.evaluate(middle[None], {"shift": shift}), inr.evaluate(middle[None], mean))


def test_a_latent_of_frames_needs_an_inr_of_frames():
    spec = Spec(SHAPE, siren().initial_weights(), {"clip": (4,), "frames": (None, 2)})
    with pytest.raises(BadInput, match=r"per_frame=true"):
        Modulations(ModulationsOptions(), spec)


def descend(steps, observation=None, video=None):
    """The inner loop on a space where rgb is the latent itself, so that every step is known."""
    encoder = InnerLoop(InnerLoopOptions(size=3, steps=steps, points=40, rate=0.5), Spec(SHAPE))
    video = torch.full((2, *SHAPE, 3), 0.5) if video is None else video
    clips = ClipBatch(video, observation=observation)
    with torch.no_grad():
        return encoder(clips, lambda latents, coords: latents["z"][:, None].expand(-1, coords.shape[1], -1))["z"]


def test_steps_go_down_the_error():
    """d/dz of mean (z - 1/2)^2 over three channels is 2/3 (z - 1/2): each step goes a third of the way."""
    for steps in (1, 2, 3):
        torch.testing.assert_close(descend(steps), torch.full((2, 3), 0.5 * (1 - (2 / 3) ** steps)))


def test_the_inner_loop_sees_only_what_was_observed():
    mask = torch.zeros(SHAPE, dtype=torch.bool)
    mask[:2] = True
    hidden = torch.where(mask[..., None], torch.full((2, *SHAPE, 3), 0.5), torch.nan)
    assert torch.equal(descend(2, Observation(mask), hidden), descend(2))


def test_a_trained_inner_loop_takes_more_steps_and_looks_at_more_points():
    options = InnerLoopOptions(size=3, steps=2, points=7, sure_steps=3, sure_points=11)
    encoder, seen = InnerLoop(options, Spec(SHAPE)), []

    def decode(latents, coords):
        seen.append(coords.shape[1])
        return latents["z"][:, None].expand(-1, coords.shape[1], -1)

    for training in (True, False):
        encoder.train(training)(ClipBatch(torch.zeros(1, *SHAPE, 3)), decode)
    assert seen == [7, 7, 11, 11, 11]


TINY = {
    "count": 3,
    "held_out": 0,
    "data.frames": 5,
    "data.size": (12, 12),
    "data.holdout": 0,
    "inr.width": 24,
    "inr.layers": 2,
    "train.batch": 3,
    "train.points": 0.3,
    "train.lr": 5e-3,
}

GREY = 18.97
"""PSNR of the mean colour of each of these clips, in dB, averaged over the clips."""


@pytest.mark.parametrize("method", ["functa", "functa-codes", "vidfuncta"])
def test_each_form_learns_a_space_in_which_videos_are_found_again(method, tmp_path, monkeypatch):
    monkeypatch.setenv("INRKIT_CACHE", str(tmp_path / "cache"))
    run = inrkit.train(plugin=method, out=tmp_path / "run", steps=150, device="cpu", options=TINY)
    assert json.loads((run / "result.json").read_text())["train"]["psnr"] > GREY + 2
    model = inrkit.load(run)
    truth = inrkit.to_uint8(model.render(model.latents, (5, 12, 12)))
    found = inrkit.fit(model, ClipBatch(truth), steps=30)
    again = model.render(found, (5, 12, 12))
    error = (again - inrkit.to_float(truth)).square().mean((1, 2, 3, 4))
    grey = inrkit.to_float(truth).var((1, 2, 3, 4), correction=0)
    assert (error < grey / 4).all()
    assert model.render(found, (9, 6, 8)).shape == (3, 9, 6, 8, 3)
