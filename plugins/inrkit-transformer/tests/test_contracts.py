"""The components keep the contracts of their doors, at odd sizes as well."""

import pytest
import torch

from inrkit.testing import check_encoder, check_hypernetwork, check_inr, check_method


@pytest.mark.parametrize("options", [{}, {"depth": 0, "width": 7, "heads": 1, "tokens": (1, 2, 3), "patch": (2, 3, 1)}])
@pytest.mark.parametrize("clip_shape", [(4, 16, 16), (1, 3, 5)])
def test_vit(options, clip_shape):
    check_encoder("vit", {"size": 8, **options}, clip_shape=clip_shape)


WEIGHTS = {
    "conv.weight": torch.randn(6, 5, 3, 3),
    "conv.bias": torch.zeros(6),
    "wide": torch.randn(2, 9),
    "tall": torch.randn(9, 2),
    "frames": torch.zeros(1, 4, 7),
    "one": torch.ones(1),
}


@pytest.mark.parametrize("name", ["lowrank", "transformer"])
@pytest.mark.parametrize("mode", ["add", "multiply"])
def test_hypernetworks(name, mode):
    check_hypernetwork(name, {"mode": mode, "rank": 3, "width": 16}, weights=WEIGHTS)
    check_hypernetwork(name, {"mode": mode}, latents={"clip": (5,), "tokens": (4, 2), "frames": (None, 3)})


def test_a_linear_lowrank():
    check_hypernetwork("lowrank", {"layers": 0})


@pytest.mark.parametrize("options", [{}, {"layers": 0, "width": 7, "patterns": 3}, {"own": True}])
@pytest.mark.parametrize("clip_shape", [(4, 8, 8), (1, 3, 5)])
def test_pattern_mlp(options, clip_shape):
    check_inr("pattern-mlp", options, clip_shape=clip_shape)


def test_the_method():
    check_method("trans-inr")
