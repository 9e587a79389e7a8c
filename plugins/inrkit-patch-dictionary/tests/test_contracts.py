"""The patch dictionary keeps the contracts of its doors, at its defaults and at odd sizes."""

import pytest
import torch

from inrkit.testing import check_encoder, check_hypernetwork, check_inr, check_method

SMALL = {"numbers": 5, "channels": 4, "still_patch": 3, "motion_patch": 5, "time_terms": 3}


@pytest.mark.parametrize("shape", [(4, 8, 16), (2, 3, 5), (3, 7, 7)])
def test_the_dictionaries(shape):
    check_inr("patch-dictionary", SMALL, clip_shape=shape)
    check_inr("patch-dictionary", SMALL | {"layers": 0, "time_terms": 1}, clip_shape=shape)


def test_the_codes():
    check_encoder("latent-grids", {"still": 3, "motion": 4})


@pytest.mark.parametrize("layers", [0, 2])
def test_the_hypernetwork(layers):
    options = {"still_layers": layers, "motion_layers": layers}
    check_hypernetwork("grid-nets", options)
    weights = {"still": torch.randn(6, 2, 3), "motion": torch.randn(5, 1, 1)}
    check_hypernetwork("grid-nets", options, latents={"still": (3, 2, 3), "motion": (4, 1, 1)}, weights=weights)


def test_the_method():
    check_method("patch-dictionary")
