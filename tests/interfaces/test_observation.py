"""What can be known of a clip."""

import pytest
import torch

from inrkit import Observation

SOME = torch.zeros(2, 3, 4, dtype=torch.bool)
SOME[0] = True


def test_without_a_mask_everything_is_seen_as_it_is():
    observation = Observation()
    video = torch.rand(1, 2, 3, 4, 3)
    assert observation.mask is None
    assert observation.unit == "point"
    assert observation.see(video) is video
    assert observation.fill(video) is video


def test_masks_for_all_clips_and_for_each():
    assert torch.equal(Observation(SOME).mask, SOME)
    assert Observation(SOME.expand(5, -1, -1, -1)).mask.shape == (5, 2, 3, 4)


@pytest.mark.parametrize("mask", [SOME.float(), SOME.to(torch.uint8)])
def test_a_mask_is_boolean(mask):
    with pytest.raises(ValueError, match=rf"a mask is bool .* this one is {mask.dtype} \(2, 3, 4\)"):
        Observation(mask)


@pytest.mark.parametrize("shape", [(4,), (3, 4), (1, 1, 2, 3, 4)])
def test_a_mask_has_three_or_four_axes(shape):
    with pytest.raises(ValueError, match=r"a mask is bool and \(T,H,W\) or \(B,T,H,W\)"):
        Observation(torch.ones(shape, dtype=torch.bool))


def test_something_of_every_clip_is_seen():
    with pytest.raises(ValueError, match="hides everything"):
        Observation(torch.zeros(2, 3, 4, dtype=torch.bool))
    with pytest.raises(ValueError, match="hides everything"):
        Observation(torch.stack([SOME, torch.zeros_like(SOME)]))
