"""Walks along great circles."""

import pytest
import torch

from inrkit.samplers.slerp import STEPS, Slerp, slerp


def directions(count, size=8, seed=0):
    return torch.nn.functional.normalize(torch.randn(count, size, generator=torch.Generator().manual_seed(seed)), dim=1)


def at(a, b, amount):
    return slerp(a, b, torch.full((len(a),), amount))


def test_it_begins_at_one_and_ends_at_the_other():
    a, b = 3 * directions(20), 0.5 * directions(20, seed=1)
    torch.testing.assert_close(at(a, b, 0.0), a)
    torch.testing.assert_close(at(a, b, 1.0), b)


def test_on_the_way_the_norm_stays():
    a, b = 2 * directions(20), 2 * directions(20, seed=1)
    for amount in (0.1, 0.5, 0.8):
        torch.testing.assert_close(at(a, b, amount).norm(dim=1), torch.full((20,), 2.0))


def test_the_angle_grows_with_the_amount():
    a, b = directions(20), directions(20, seed=1)
    whole = (a * b).sum(1).acos()
    torch.testing.assert_close((a * at(a, b, 0.25)).sum(1).acos(), whole / 4, rtol=1e-3, atol=1e-3)


def test_a_quarter_turn_by_hand():
    a, b = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 1.0]])
    torch.testing.assert_close(at(a, b, 1 / 3), torch.tensor([[0.75**0.5, 0.5]]))


@pytest.mark.parametrize("amount", [0.25, 0.5, 0.9])
def test_where_there_is_no_great_circle_it_goes_straight(amount):
    a = 5 * directions(500)
    for b in (-a, -0.3 * a, 2 * a, a, torch.zeros_like(a)):
        torch.testing.assert_close(at(a, b, amount), torch.lerp(a, b, amount), rtol=1e-4, atol=1e-3)
        torch.testing.assert_close(at(b, a, amount), torch.lerp(b, a, amount), rtol=1e-4, atol=1e-3)


def test_latents_of_any_shape_and_an_amount_for_each():
    a, b = directions(2, 12).view(2, 3, 4), directions(2, 12, seed=1).view(2, 3, 4)
    found = slerp(a, b, torch.tensor([0.0, 1.0]))
    torch.testing.assert_close(found, torch.stack([a[0], b[1]]))


def known(count=5):
    """Latents of two kinds; the second tells which clips a drawn latent lies between, and how far along."""
    return {"z": directions(count), "corner": torch.eye(count)}


def draw(latents, n=200, seed=0):
    sampler = Slerp()
    sampler.fit(latents)
    return sampler.sample(n, torch.Generator().manual_seed(seed))


def test_drawn_latents_lie_strictly_between_two_different_clips():
    corners = draw(known())["corner"]
    assert ((corners > 1e-4).sum(1) == 2).all()
    along = torch.atan2(*corners.topk(2).values.T) / (torch.pi / 2) * (STEPS - 1)
    torch.testing.assert_close(along, along.round(), atol=1e-3, rtol=0)


def test_all_kinds_of_latents_of_one_video_lie_between_the_same_clips():
    latents = known()
    drawn = draw(latents)
    for z, corner in zip(drawn["z"], drawn["corner"], strict=True):
        pair = (corner > 1e-4).nonzero()[:, 0]
        basis = latents["z"][pair].T
        rest = z - basis @ torch.linalg.lstsq(basis, z[:, None]).solution[:, 0]
        assert rest.norm() < 1e-4


def test_every_clip_is_drawn_from():
    assert ((draw(known())["corner"] > 1e-4).sum(0) > 20).all()


def test_the_generator_decides():
    first, same, other = draw(known(), 9), draw(known(), 9), draw(known(), 9, seed=1)
    assert first["z"].shape == (9, 8)
    assert torch.equal(first["z"], same["z"])
    assert not torch.equal(first["z"], other["z"])


def test_two_clips_are_enough_and_one_is_not():
    assert draw(known(2), 3)["z"].shape == (3, 8)
    with pytest.raises(ValueError, match="at least two"):
        draw(known(1))
