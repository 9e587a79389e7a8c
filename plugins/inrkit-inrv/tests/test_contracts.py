"""INR-V keeps the contracts of its doors, at its defaults and at odd sizes."""

import pytest

from inrkit.testing import check_encoder, check_hypernetwork, check_inr, check_method
from inrkit_inrv.options import MLPHeadsOptions, NerfMLPOptions


@pytest.mark.parametrize("options", [None, {"layers": 0, "width": 7, "frequencies": 3}, {"layers": 2, "width": 7}])
def test_the_primary_network(options):
    check_inr("nerf-mlp", options)


def test_the_primary_network_without_octaves():
    check_inr("nerf-mlp", NerfMLPOptions(width=7, frequencies=0, time_frequencies=0), clip_shape=(1, 3, 5))


@pytest.mark.parametrize("init", ["official", "inr"])
def test_the_hypernetwork(init):
    check_hypernetwork("mlp-heads", MLPHeadsOptions(init=init, width=9, layers=2))


def test_the_hypernetwork_takes_several_latents():
    check_hypernetwork("mlp-heads", {"width": 9}, latents={"clip": (5,), "frames": (4, 2)})


@pytest.mark.parametrize("loss", ["l1", "mse", "weighted-mse"])
def test_the_method(loss):
    check_method("inrv", {"loss": loss, "lpips": 0})


def test_the_method_with_lpips(vgg_file):
    check_method("inrv", {"lpips_weights": vgg_file})


def test_the_gaussian_codebook():
    check_encoder("gaussian-codebook", {"size": 5})


@pytest.mark.parametrize("prior", [0.05, 0])
def test_the_method_with_a_prior(prior):
    check_method("inrv", {"prior": prior, "lpips": 0})
