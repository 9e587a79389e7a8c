"""How different videos are, against all pairs one by one."""

import itertools

import pytest
import torch

from inrkit import BadInput
from inrkit.metrics.diversity import Diversity


def of_all_pairs(videos):
    """The root of the mean square of all differences."""
    pairs = itertools.combinations(videos.double(), 2)
    return torch.stack([(a - b).square().mean() for a, b in pairs]).mean().sqrt().item()


def measured(real, generated, parts=3):
    metric = Diversity()
    for some in () if real is None else real.split(parts):
        metric.update(None, some)
    for some in generated.split(parts):
        metric.update(some, None)
    return {name: value.item() for name, value in metric.compute().items()}, metric.about()


def test_it_is_that_of_all_pairs_of_each_set(noise, smooth):
    real, generated = noise(0, (7, 2, 5, 4, 3)), smooth(1, (11, 2, 5, 4, 3))
    values, about = measured(real, generated)
    wanted = {"diversity": of_all_pairs(generated), "diversity-real": of_all_pairs(real)}
    assert values == pytest.approx(wanted, rel=1e-12)
    assert about == {"diversity": {"videos": 11}, "diversity-real": {"videos": 7}}


def test_one_video_over_and_over_has_none_and_black_and_white_the_most(noise):
    same = noise(3, (1, 2, 8, 8, 3)).expand(1000, -1, -1, -1, -1)
    assert measured(None, same, 1000)[0] == {"diversity": 0.0}
    opposite = torch.stack([torch.zeros(2, 4, 4, 3), torch.full((2, 4, 4, 3), 255)]).to(torch.uint8)
    assert measured(None, opposite)[0] == {"diversity": 255.0}


def test_what_cannot_be_compared_is_refused(noise):
    metric = Diversity()
    with pytest.raises(BadInput, match="given no generated videos"):
        metric.compute()
    metric.update(None, noise(0))
    with pytest.raises(BadInput, match="one size, and these are 3x16x16 and 3x16x8"):
        metric.update(noise(0)[..., :8, :], None)
    with pytest.raises(BadInput, match="whole videos"):
        metric.update(noise(0), None, torch.ones(3, 16, 16, dtype=torch.bool))
    metric.update(noise(0)[:1], None)
    with pytest.raises(BadInput, match="pairs of videos, and there is only one"):
        metric.compute()
