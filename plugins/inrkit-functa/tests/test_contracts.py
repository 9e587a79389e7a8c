"""Functa keeps the contracts of its doors, in each of its forms."""

import pytest

from inrkit.testing import check_encoder, check_hypernetwork, check_inr, check_method


@pytest.mark.parametrize(
    "options", [{}, {"rank": 3}, {"per_frame": True}, {"per_frame": True, "rank": 2}, {"layers": 1}]
)
def test_the_network(options):
    check_inr("modulated-siren", {"width": 9, **options})


def test_the_hypernetwork():
    check_hypernetwork("modulations")
    check_hypernetwork("modulations", latents={"clip": (5,), "more": (4, 2)})


@pytest.mark.parametrize("second_order", [True, False])
def test_the_inner_loop(second_order):
    check_encoder("inner-loop", {"size": 8, "points": 50, "second_order": second_order})


def test_codes_of_clip_and_frames():
    check_encoder("clip-and-frames", {"size": 8, "frame_size": 2})


@pytest.mark.parametrize("method", ["functa", "functa-codes", "vidfuncta"])
def test_the_methods(method):
    check_method(method)
