"""Latents that are new, and latents between others, as the names of the Python API give them."""

import pytest
import torch

import inrkit
from inrkit.testing import tiny_model

Z = {"z": torch.randn(4, 8, generator=torch.Generator().manual_seed(0))}


def test_from_one_to_another():
    for way in ("slerp", "linear"):
        between = inrkit.interpolate({"z": Z["z"][:2]}, 5, way)["z"]
        assert between.shape == (5, 8)
        torch.testing.assert_close(between[[0, 4]], Z["z"][:2])
    torch.testing.assert_close(between[2], Z["z"][:2].mean(0))


def test_the_corners_of_a_square():
    between = inrkit.interpolate(Z, 3)["z"]
    assert between.shape == (9, 8)
    torch.testing.assert_close(between[[0, 2, 6, 8]], Z["z"])


@pytest.mark.parametrize(("ends", "steps"), [({"z": Z["z"][:3]}, 5), ({}, 5), (Z, 1)], ids=["three", "none", "1 step"])
def test_what_has_no_between(ends, steps):
    with pytest.raises(inrkit.BadInput):
        inrkit.interpolate(ends, steps)


def test_new_latents_are_those_of_a_seed():
    model = tiny_model()
    drawn = inrkit.sample(model, 3, seed=1)["z"]
    assert drawn.shape == (3, 8)
    assert torch.equal(drawn, inrkit.sample(model, 3, seed=1)["z"])
    assert not torch.equal(drawn, inrkit.sample(model, 3, seed=2)["z"])
    ends = inrkit.sample(model, 3, seed=1, options={"ends": True})["z"]
    assert not torch.equal(drawn, ends)


def test_a_sampler_that_is_not_there():
    with pytest.raises(inrkit.BadInput, match="magic"):
        inrkit.sample(tiny_model(), 3, "magic")
    with pytest.raises(inrkit.BadInput, match="wrong"):
        inrkit.sample(tiny_model(), 3, options={"wrong": 1})
