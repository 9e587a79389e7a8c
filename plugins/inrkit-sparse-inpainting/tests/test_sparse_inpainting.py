"""Scattered pixels are seen, and the answer to beat takes the nearest of them."""

import math

import pytest
import torch
from pydantic import ValidationError

from inrkit import plugins
from inrkit.testing import check_task
from inrkit_sparse_inpainting.options import SparseOptions
from inrkit_sparse_inpainting.task import SparseInpainting, nearest_seen

SHAPE = (5, 8, 10)


def observed(**options):
    return SparseInpainting().observe(SHAPE, SparseOptions(**options), torch.Generator()).mask


def test_it_is_offered():
    offers = {item["name"]: item["kind"] for plugin in plugins() for item in plugin["provides"]}
    assert offers["sparse-inpaint"] == "task"


def test_it_keeps_what_its_door_promises():
    check_task("sparse-inpaint")


@pytest.mark.parametrize("keep", [0.01, 0.25, 0.5, 1.0])
def test_just_that_share_is_seen(keep):
    mask = observed(keep=keep)
    assert mask.shape == SHAPE and int(mask.sum()) == round(keep * 400)


def test_the_seed_says_which():
    assert torch.equal(observed(mask_seed=3), observed(mask_seed=3))
    assert not torch.equal(observed(mask_seed=3), observed(mask_seed=4))


@pytest.mark.parametrize("keep", [0, -0.1, 1.01, float("nan"), float("inf")])
def test_other_shares_are_refused(keep):
    with pytest.raises(ValidationError):
        SparseOptions(keep=keep)


def test_a_share_below_one_pixel_sees_nothing():
    with pytest.raises(ValueError, match="hides everything"):
        observed(keep=0.001)


@pytest.mark.parametrize("share", [0.02, 0.3])
def test_hidden_pixels_are_as_the_nearest_seen_ones(share):
    """Next to a search through all pairs."""
    clips = torch.rand(2, *SHAPE, 3)
    mask = torch.rand(2, *SHAPE) < share
    mask[:, 2, 3, 4] = True
    filled = nearest_seen(clips, mask)
    places = torch.cartesian_prod(*(torch.arange(n) for n in SHAPE)).float()
    for video, seen, result in zip(clips.flatten(1, 3), mask.flatten(1), filled.flatten(1, 3), strict=True):
        distances = torch.cdist(places, places[seen], compute_mode="donot_use_mm_for_euclid_dist").square().round()
        nearest = distances == distances.min(1, keepdim=True).values
        same = (result[:, None] == video[seen][None]).all(-1)
        assert (same & nearest).any(1).all()
        assert torch.equal(result[seen], video[seen])


def test_one_seen_pixel_fills_a_clip():
    mask = torch.zeros(1, *SHAPE, dtype=torch.bool)
    mask[0, 4, 7, 0] = True
    assert (nearest_seen(torch.where(mask[..., None], 0.5, 0.0).expand(1, *SHAPE, 3), mask) == 0.5).all()


def test_the_baseline_is_that_fill():
    task, clips = SparseInpainting(), torch.rand(2, *SHAPE, 3)
    observation = task.observe(SHAPE, SparseOptions(), torch.Generator())
    expected = nearest_seen(clips, observation.mask.expand(2, *SHAPE))
    assert torch.equal(task.baseline(clips, observation), expected)


def test_the_paper_drew_with_replacement():
    total = 25 * 100 * 100
    keep = SparseInpainting().paper((25, 100, 100), SparseOptions(keep=0.9)).keep
    assert keep == pytest.approx(1 - math.exp(-0.25), abs=1e-5) and round(keep * total) == pytest.approx(
        55_313, rel=3e-3
    )
