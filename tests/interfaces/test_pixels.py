"""Between bytes outside a model and floats inside it."""

import torch

from inrkit import to_float, to_uint8

BYTES = torch.arange(256, dtype=torch.uint8)


def test_every_byte_comes_back():
    assert torch.equal(to_uint8(to_float(BYTES)), BYTES)


def test_the_range():
    assert to_float(BYTES).min() == -1
    assert to_float(BYTES).max() == 1
    assert to_float(BYTES).dtype == torch.float32


def test_floats_are_left_as_they_are():
    values = torch.tensor([-2.0, 0.5])
    assert torch.equal(to_float(values), values)
    assert to_float(values.double()).dtype == torch.float32


def test_the_bytes_given_are_not_changed():
    given = BYTES.clone()
    to_float(given)
    assert torch.equal(given, BYTES)


def test_what_lies_outside_is_clamped_and_the_rest_rounded_to_the_nearest():
    assert to_uint8(torch.tensor([-9.0, 9.0, -1 + 0.6 / 127.5, 0.4 / 127.5 - 1])).tolist() == [0, 255, 1, 0]


def test_gradients_and_half_precision_are_no_obstacle():
    rgb = torch.zeros(2, dtype=torch.bfloat16, requires_grad=True)
    assert to_uint8(rgb).tolist() == [128, 128]
