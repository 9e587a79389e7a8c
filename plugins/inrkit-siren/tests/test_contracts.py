"""SIREN, Fourier features and the space of SIRENs keep the contracts of their doors, at odd sizes as well."""

import pytest

from inrkit.testing import check_inr, check_method


@pytest.mark.parametrize("options", [{"width": 16}, {"layers": 0, "width": 7, "w0": 3, "w0_time": 1, "w0_hidden": 30}])
def test_siren(options):
    check_inr("siren", options)


def test_siren_of_a_single_frame():
    check_inr("siren", {"width": 7, "layers": 1}, clip_shape=(1, 3, 5))


@pytest.mark.parametrize("options", [{"width": 16}, {"layers": 0, "width": 7, "features": 3, "scale": 1}])
def test_fourier(options):
    check_inr("fourier", options)


def test_the_method():
    check_method("siren")
