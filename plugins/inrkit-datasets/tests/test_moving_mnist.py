"""Bouncing digits: from every file that may hold them, always the same, and none both trained on and held out."""

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import torch

from inrkit import BadInput
from inrkit.testing import check_dataset
from inrkit_datasets.digits import read_digits
from inrkit_datasets.moving_mnist import MovingMnist
from inrkit_datasets.options import MovingMnistOptions

SHAPE = (25, 64, 64)


def drawn(path, shape=SHAPE, **options):
    return list(MovingMnist().clips(MovingMnistOptions(path=path, **{"count": 5} | options), shape))


def test_every_format_gives_the_same_digits(digits, idx, tmp_path):
    (tmp_path / "plain-idx3-ubyte").write_bytes(__import__("gzip").decompress(idx.read_bytes()))
    np.save(tmp_path / "digits.npy", digits)
    np.savez(tmp_path / "one.npz", digits)
    np.savez(tmp_path / "mnist.npz", x_train=digits, x_test=digits[:2], y_train=np.zeros(40))
    for path in (idx, *(tmp_path / name for name in ("plain-idx3-ubyte", "digits.npy", "one.npz", "mnist.npz"))):
        assert np.array_equal(read_digits(path), digits), path


def test_those_of_scikit_learn(monkeypatch):
    module = ModuleType("sklearn.datasets")
    module.load_digits = lambda: SimpleNamespace(images=np.arange(17.0).repeat(64).reshape(17, 8, 8))
    monkeypatch.setitem(sys.modules, "sklearn", ModuleType("sklearn"))
    monkeypatch.setitem(sys.modules, "sklearn.datasets", module)
    found = read_digits(None)
    assert found.dtype == np.uint8 and found[:, 0, 0].tolist()[::8] == [0, 128, 255]


def test_without_any_it_says_what_to_give(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(BadInput, match="needs digits") as caught:
        read_digits(None)
    assert "train-images-idx3-ubyte.gz" in caught.value.hint and "pip install scikit-learn" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("digits", b"no digits at all"),
        ("short.gz", b"no gzip"),
        ("cut", b"\0\0\x08\x03" + np.array([40, 28, 28], ">i4").tobytes() + b"half"),
        ("digits.npy", b"no array"),
        ("digits.npz", b"no archive"),
        ("gone.npy", None),
        ("folder", ""),
    ],
)
def test_a_file_that_holds_none(name, content, tmp_path):
    if content == "":
        (tmp_path / name).mkdir()
    elif content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInput, match=name):
        read_digits(tmp_path / name)


@pytest.mark.parametrize("array", [np.zeros((4, 5, 6)), np.zeros((4, 5), np.uint8), np.zeros((0, 5, 5), np.uint8)])
def test_an_array_that_is_no_digits(array, tmp_path):
    np.save(tmp_path / "some.npy", array)
    with pytest.raises(BadInput, match="holds no digits"):
        read_digits(tmp_path / "some.npy")


def test_code_in_a_file_is_not_run(tmp_path):
    np.save(tmp_path / "some.npy", np.array([print], dtype=object), allow_pickle=True)
    with pytest.raises(BadInput, match="holds no digits"):
        read_digits(tmp_path / "some.npy")


def test_digits_move_stay_inside_and_keep_their_size(idx):
    for video in drawn(idx, digits=1):
        bright = video.frames[..., 0] > 60
        assert bright.flatten(1).sum(1).float().std() < 0.1 * bright.flatten(1).sum(1).float().mean()
        middles = torch.stack([place.float().mean(0) for place in map(torch.nonzero, bright)])
        steps = middles.diff(dim=0).norm(dim=1)
        assert 0.3 < steps.mean() < 4 and (video.frames[1:] != video.frames[:-1]).any()
        assert torch.equal(video.frames[..., 0], video.frames[..., 2])


def test_a_frame_shows_as_many_digits_as_asked_for(digits, idx):
    one, three = (np.mean([(v.frames > 60).float().mean() for v in drawn(idx, digits=n)]) for n in (1, 3))
    assert 1.5 * one < three < 3.1 * one


def test_no_digit_is_both_trained_on_and_held_out(digits, idx):
    options = MovingMnistOptions(path=idx, count=60, held_out=20, digits=1)
    greys = [
        {int(video.frames.max()) for video in part(options, SHAPE)}
        for part in (MovingMnist().clips, MovingMnist().held_out)
    ]
    assert greys[0] and greys[1] and not greys[0] & greys[1]


def test_the_same_videos_whatever_was_drawn_before(idx):
    np.random.seed(1)
    first = drawn(idx)
    again = drawn(idx, count=3)
    assert all(torch.equal(one.frames, other.frames) for one, other in zip(first, again, strict=False))
    assert not torch.equal(first[0].frames, drawn(idx, seed=1)[0].frames)


def test_frames_of_any_shape(idx):
    assert [tuple(v.frames.shape) for v in drawn(idx, (3, 20, 45), count=1)] == [(3, 20, 45, 3)]
    assert drawn(idx, (1, 1, 1), count=1)[0].frames.shape == (1, 1, 1, 3)
    assert drawn(idx, digits=16, count=1)[0].frames.float().std() > 0


def test_it_keeps_the_contract(idx):
    check_dataset("moving-mnist", {"path": idx, "count": 4, "held_out": 3})
