"""Everything keeps the contract of its door, at its defaults and at odd sizes."""

import pytest
import torch

from inrkit import Spec
from inrkit.testing import check_encoder, check_hypernetwork, check_inr, check_method
from inrkit_nerv.modulation import Modulation
from inrkit_nerv.options import ModulationOptions

SMALL = {"width": 6}


@pytest.mark.parametrize("name", ["nerv", "nerv-shared", "hnerv"])
@pytest.mark.parametrize("shape", [(4, 8, 16), (2, 3, 5), (5, 33, 18)])
def test_the_networks(name, shape):
    check_inr(name, SMALL, clip_shape=shape)


def test_other_blocks():
    check_inr("nerv", SMALL | {"strides": [3, 2], "head": 1, "reduce": 1, "hidden": 5})
    check_inr("nerv-shared", SMALL | {"strides": [], "head": 5, "layers": 1, "hidden": 5})
    check_inr("hnerv", SMALL | {"own": True, "channels": 2})


@pytest.mark.parametrize("name", ["frame-codebook", "hnerv-encoder"])
@pytest.mark.parametrize("shape", [(4, 16, 16), (1, 3, 21)])
def test_the_encoders(name, shape):
    check_encoder(name, clip_shape=shape)


@pytest.mark.parametrize("layers", [0, 2])
def test_the_hypernetwork(layers):
    check_hypernetwork("modulation", {"layers": layers, "width": 9})
    check_hypernetwork("modulation", latents={"z": (5,), "w": (2, 3)})


def test_latents_of_frames_make_a_row_of_weights_for_each():
    spec = Spec((4, 8, 8), {"modulation": torch.randn(1, 7)}, {"z": (5,), "frames": (None, 2)})
    made = Modulation(ModulationOptions(), spec)({"z": torch.randn(3, 5), "frames": torch.randn(3, 4, 2)})
    assert made["modulation"].shape == (3, 4, 7)
    assert not made["modulation"][:, 0].allclose(made["modulation"][:, 1])


@pytest.mark.parametrize("deviation", [1.0, 12.0])
def test_how_far_latents_reach_is_an_option(deviation):
    torch.manual_seed(0)
    base = torch.randn(1, 4000)
    hypernetwork = Modulation(
        ModulationOptions(deviation=deviation), Spec((4, 8, 8), {"modulation": base}, {"z": (16,)})
    )
    change = hypernetwork({"z": torch.randn(8, 16)})["modulation"] - base
    assert change.std().item() == pytest.approx(deviation, rel=0.2)


def test_weights_of_no_frame_are_refused():
    spec = Spec((4, 8, 8), {"net": torch.randn(3, 7)}, {"frames": (None, 2)})
    with pytest.raises(ValueError, match="frames"):
        Modulation(ModulationOptions(), spec)


@pytest.mark.parametrize("loss", ["mse", "l1"])
@pytest.mark.parametrize("name", ["nerv", "hnerv"])
def test_the_methods(name, loss):
    check_method(name, {"loss": loss})
