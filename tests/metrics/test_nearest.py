"""The nearest real video, against comparing every pair in full."""

import errno
import json
import math

import pytest
import torch

from inrkit import BadInput, InrkitError
from inrkit.metrics import kept
from inrkit.metrics.nearest import Nearest, coarse
from inrkit.metrics.options import NearestOptions
from inrkit.metrics.psnr import psnr

SHAPE = (40, 5, 12, 9, 3)


def found(real, generated, parts=7, **options):
    metric = Nearest(NearestOptions(**options))
    for some in real.split(parts):
        metric.update(None, some)
    for some in generated.split(parts):
        metric.update(some, None)
    values = metric.compute()
    return values["nearest-psnr"], values["nearest-index"].tolist(), metric.about()


def in_full(real, generated):
    scores = torch.stack([psnr(one.expand_as(real), real) for one in generated])
    return scores.max(1)


@pytest.fixture
def real(smooth):
    return smooth(0, SHAPE)


@pytest.fixture
def generated(real, smooth, noise):
    """A copy, one with noise, one between two, and new ones."""
    noisy = (real[7].float() + noise(1, SHAPE)[0].float() / 4).clamp(0, 255).to(torch.uint8)
    between = (real[3].float() * 0.8 + real[4].float() * 0.2).round().to(torch.uint8)
    return torch.cat([real[[21]], noisy[None], between[None], smooth(2, (9, *SHAPE[1:]))])


def test_it_is_the_nearest_of_all_pairs(real, generated):
    scores, indices, about = found(real, generated)
    wanted = in_full(real, generated)
    assert scores.tolist() == wanted.values.tolist()
    assert indices == wanted.indices.tolist()
    assert indices[:3] == [21, 7, 3]
    assert scores[0] == math.inf
    assert about["surely_nearest"] == 12


def test_of_equal_ones_it_is_the_first(real):
    twice = torch.cat([real, real])
    assert found(twice, real[5:9])[1] == [5, 6, 7, 8]
    assert found(twice, real[5:9] ^ 1)[1] == [5, 6, 7, 8]


def test_a_likelier_video_may_be_further_away():
    """Stripes of 1 pixel vanish in the means over 2, so that nothing speaks against that video until it is seen."""
    grey = torch.full((1, 5, 32, 32, 3), 100, dtype=torch.uint8)
    stripes, lighter = grey.clone(), grey + 20
    stripes[..., ::2, :] -= 25
    stripes[..., 1::2, :] += 25
    scores, indices, about = found(torch.cat([stripes, lighter]), grey)
    assert (indices, about["surely_nearest"]) == ([1], 1)
    assert scores.tolist() == psnr(lighter, grey).tolist()
    scores, indices, about = found(torch.cat([stripes, lighter]), grey, finalists=1)
    assert (indices, about["surely_nearest"]) == ([0], 0)


def test_it_compares_few_in_full_and_says_for_how_many_that_was_enough(real, noise):
    """Noise has no coarse features, so that the first of them need not be the nearest."""
    generated = torch.cat([real[[30]], noise(3, (5, *SHAPE[1:]))])
    real = torch.cat([real, noise(4, SHAPE)])
    scores, indices, about = found(real, generated, finalists=1)
    assert indices[0] == 30
    assert 1 <= about["surely_nearest"] < 6
    assert f"of {6 - about['surely_nearest']} of 6 videos the nearest was sought among the 1" in about["notes"][0]
    wanted = in_full(real, generated)
    assert (scores <= wanted.values).all()
    sure = found(real, generated, finalists=80)
    assert sure[2]["surely_nearest"] == 6
    assert sure[1] == wanted.indices.tolist()


@pytest.mark.parametrize("size", [(5, 12, 9), (1, 8, 8), (17, 3, 20)])
def test_coarse_features_are_never_further_apart_than_the_videos(noise, smooth, size):
    for a, b in (
        (noise(0, (6, *size, 3)), noise(1, (6, *size, 3))),
        (smooth(0, (6, *size, 3)), noise(1, (6, *size, 3))),
    ):
        apart = (coarse(a) - coarse(b)).double().square().sum(1)
        assert (apart <= (a.double() - b.double()).square().flatten(1).sum(1) * (1 + 1e-5)).all()
    flat = torch.full((1, *size, 3), 10, dtype=torch.uint8)
    apart = (coarse(flat) - coarse(flat + 4)).square().sum().item()
    assert apart == pytest.approx(16 * flat.numel(), rel=1e-4)
    assert coarse(flat).shape[1] <= 3072


def test_what_stands_beside_it_is_json(real, generated):
    about = found(real, generated)[2]
    assert json.loads(json.dumps(about)) == {
        "real": 40,
        "generated": 12,
        "size": [5, 12, 9],
        "finalists": 32,
        "surely_nearest": 12,
        "notes": [],
    }


def test_what_cannot_be_compared_is_refused(real):
    metric = Nearest()
    with pytest.raises(BadInput, match="given no generated videos"):
        metric.compute()
    with pytest.raises(BadInput, match="given no real videos"):
        metric.update(real, None)
    metric.update(None, real)
    for pair in ((real[:, :4], None), (None, real[:, :, :8])):
        with pytest.raises(BadInput, match="nearest compares videos of one size, and these are 5x12x9 and"):
            metric.update(*pair)
    with pytest.raises(BadInput, match="nearest compares whole videos"):
        metric.update(real, None, torch.ones(SHAPE[1:4], dtype=torch.bool))


def test_a_full_disk_is_said(real, monkeypatch):
    class Full:
        def seek(self, place):
            pass

        def write(self, content):
            raise OSError(errno.ENOSPC, "No space left on device")

        def close(self):
            pass

    monkeypatch.setattr(kept, "TemporaryFile", lambda prefix: Full())
    with pytest.raises(InrkitError, match=r"videos cannot be kept: .*No space left") as caught:
        Nearest().update(None, real)
    assert caught.value.exit_code == 1
    assert "TMPDIR" in caught.value.hint
