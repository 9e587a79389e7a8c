"""What is the patch dictionary's own: patches, time, what lies between pixels, and a training."""

import json

import pytest
import torch

import inrkit
from inrkit import BadInput, ClipBatch, Situation, Spec, grid
from inrkit_patch_dictionary.grid_nets import GridNets
from inrkit_patch_dictionary.latent_grids import LatentGrids
from inrkit_patch_dictionary.method import PatchDictionary as PatchDictionaryMethod
from inrkit_patch_dictionary.options import GridNetsOptions, LatentGridsOptions, PatchDictionaryOptions
from inrkit_patch_dictionary.patch_dictionary import PatchDictionary

SHAPE = (5, 7, 10)


def dictionary(**options):
    torch.manual_seed(0)
    sizes = {
        "still_patch": 3,
        "motion_patch": 10,
        "numbers": 6,
        "channels": 4,
        "time_terms": 3,
    } | options
    return PatchDictionary(PatchDictionaryOptions(**sizes), Spec(SHAPE))


def some_weights(inr, count=2):
    return {name: torch.randn(count, *value.shape) for name, value in inr.initial_weights().items()}


@torch.no_grad()
def test_a_pixel_is_its_atoms_in_the_patch_that_holds_it_and_those_of_its_frame():
    """Written out by hand for one pixel of one frame."""
    inr = dictionary()
    weights = some_weights(inr)
    video = inr.evaluate(grid(SHAPE), weights)
    frame, y, x = 3, 5, 8
    still = weights["still"][1, :, y // 3, x // 3].view(3, 3, 3)[y % 3, x % 3]
    hidden = inr.times[frame] @ weights["motion"][1].view(3, 6)
    hidden = hidden + inr.layers[0](torch.nn.functional.gelu(hidden))
    moving = inr.motion_atoms(torch.nn.functional.gelu(hidden)).view(10, 10, 3)[y, x]
    torch.testing.assert_close(video[1, frame, y, x], still + moving, atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_a_patch_of_motion_sees_its_neighbours_and_no_others():
    """Of 3 x 4 patches those beside the one whose numbers changed."""
    inr = dictionary(motion_patch=3)
    weights = some_weights(inr, 1)
    before = inr.evaluate(grid(SHAPE), weights)
    inr.places.spread.bias.view(4, 3, 4)[:, 0, 0] += 1
    changed = (inr.evaluate(grid(SHAPE), weights) - before).abs().amax((0, 1, 4)) > 1e-6
    assert changed[:6, :6].all() and not changed[6:].any() and not changed[:, 6:].any()


@torch.no_grad()
@pytest.mark.parametrize("patch", [4, 10])
def test_some_frames_are_those_of_the_whole_video(patch):
    inr = dictionary(motion_patch=patch)
    weights, which = some_weights(inr), torch.tensor([4, 1])
    torch.testing.assert_close(inr.evaluate(grid(SHAPE, which), weights), inr.evaluate(grid(SHAPE), weights)[:, which])


@torch.no_grad()
def test_between_pixels_lies_their_mean():
    inr = dictionary()
    weights = some_weights(inr)
    video, larger = inr.evaluate(grid(SHAPE), weights), inr.evaluate(grid((5, 13, 19)), weights)
    torch.testing.assert_close(larger[:, :, ::2, ::2], video, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(larger[:, :, 1::2, ::2], (video[:, :, 1:] + video[:, :, :-1]) / 2, atol=1e-4, rtol=1e-4)


def test_there_is_a_code_for_each_patch():
    inr = dictionary()
    encoder = LatentGrids(LatentGridsOptions(still=2, motion=3), Spec(SHAPE, inr.initial_weights()))
    assert encoder.latents == {"still": (2, 3, 4), "motion": (3, 1, 1)}
    plain = LatentGrids(LatentGridsOptions(motion=3), Spec(SHAPE, {"net": torch.zeros(4, 4)}))
    assert plain.latents == {"z": (3,)}


def test_an_even_filter_is_refused():
    with pytest.raises(BadInput, match="odd"):
        GridNets(GridNetsOptions(kernel=2), Spec(SHAPE, {"w": torch.zeros(3)}, {"z": (2,)}))


TINY = {
    "count": 3,
    "held_out": 0,
    "data.frames": 5,
    "data.size": (12, 12),
    "data.holdout": 0,
    "encoder.still": 4,
    "encoder.motion": 8,
    "inr.numbers": 24,
    "train.batch": 3,
    "train.points": 0.4,
}

GREY = 18.97
"""PSNR of the mean colour of each of these clips, in dB, averaged over the clips."""


def test_it_learns_a_space_in_which_videos_are_found_again(tmp_path, monkeypatch):
    monkeypatch.setenv("INRKIT_CACHE", str(tmp_path / "cache"))
    run = inrkit.train(plugin="patch-dictionary", out=tmp_path / "run", steps=150, device="cpu", options=TINY)
    assert json.loads((run / "result.json").read_text())["train"]["psnr"] > GREY + 4
    model = inrkit.load(run)
    truth = inrkit.to_uint8(model.render(model.latents, (5, 12, 12)))
    found = inrkit.fit(model, ClipBatch(truth), steps=60)
    error = (model.render(found, (5, 12, 12)) - inrkit.to_float(truth)).square().mean((1, 2, 3, 4))
    assert (error < inrkit.to_float(truth).var((1, 2, 3, 4), correction=0) / 4).all()
    assert model.render(found, (9, 6, 8)).shape == (3, 9, 6, 8, 3)


def test_motion_is_in_patches_where_clips_are_many():
    few, many = (PatchDictionaryMethod.preset("fast", Situation(n, (25, 64, 48), "cpu")) for n in (57, 256))
    assert few["inr.motion_patch"] == 64 and many["inr.motion_patch"] == 8
