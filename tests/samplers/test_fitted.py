"""Distributions that are fitted to the training latents."""

from itertools import pairwise

import pytest
import torch

from inrkit.samplers.flat import Flat
from inrkit.samplers.gaussian import Gaussian, shrinkage
from inrkit.samplers.gmm import GMM
from inrkit.samplers.options import GaussianOptions, GmmOptions
from inrkit.testing import check_sampler


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def drawn(sampler, latents, n=20_000, seed=0):
    sampler.fit(latents)
    return sampler.sample(n, seeded(seed))


def tangled(count, seed=0):
    """Latents of two names, one with an axis of frames; correlated within and between, of unlike size and place."""
    noise = torch.randn(count, 8, generator=seeded(seed))
    mixed = noise @ torch.randn(8, 8, generator=seeded(9)) * torch.tensor([1, 1, 1, 1, 50, 50, 0.1, 0.1])
    return {"z": mixed[:, :4] + 3, "frames": mixed[:, 4:].reshape(count, 2, 2) - 5}


def flat(latents):
    return torch.cat([values.flatten(1) for values in latents.values()], 1)


@pytest.mark.parametrize("sampler", ["gaussian", "gmm", "slerp"])
@pytest.mark.parametrize("chosen", [False, True])
def test_each_keeps_its_contract(sampler, chosen):
    options = {"gaussian": GaussianOptions(shrink=0.3), "gmm": GmmOptions(components=3, keep=0.5)}
    check_sampler(sampler, options.get(sampler) if chosen else None)


@pytest.mark.parametrize("sampler", [Gaussian, lambda: GMM(GmmOptions(components=1))], ids=["gaussian", "gmm of one"])
def test_mean_and_covariance_are_those_of_the_clips_over_all_names(sampler):
    known = tangled(500)
    new = drawn(sampler(), known)
    assert new["frames"].shape == (20_000, 2, 2)
    expected, found = flat(known), flat(new)
    spread = expected.std(0)
    torch.testing.assert_close((found.mean(0) - expected.mean(0)) / spread, torch.zeros(8), atol=0.03, rtol=0)
    torch.testing.assert_close(found.T.cov() / torch.outer(spread, spread), expected.T.corrcoef(), atol=0.05, rtol=0)


def test_with_fewer_clips_than_numbers_correlations_are_shrunk():
    known = {"z": torch.randn(10, 40, generator=seeded())}
    gaussian = Gaussian()
    new = drawn(gaussian, known)["z"]
    assert 0.3 < gaussian.shrunk <= 1  # of what is not correlated at all
    torch.testing.assert_close(new.std(0), known["z"].std(0), atol=0.0, rtol=0.05)
    apart = new - known["z"].mean(0)
    inside = apart @ torch.linalg.svd(known["z"] - known["z"].mean(0), full_matrices=False)[2][:9].T
    assert inside.square().sum() < 0.95 * apart.square().sum()  # it leaves what the clips span
    within = Gaussian(GaussianOptions(shrink=0))
    apart = drawn(within, known)["z"] - known["z"].mean(0)
    inside = apart @ torch.linalg.svd(known["z"] - known["z"].mean(0), full_matrices=False)[2][:9].T
    torch.testing.assert_close(inside.square().sum(), apart.square().sum(), rtol=1e-3, atol=0)


def test_the_more_is_known_the_less_is_shrunk():
    base = torch.randn(400, 3, generator=seeded()) @ torch.randn(3, 30, generator=seeded(1))
    few, many = (shrinkage(Flat({"z": base[:count]}, "test").rows) for count in (8, 400))
    assert 0 < many < few < 1


def test_what_never_differs_stays_as_it_is():
    known = {"z": torch.cat([torch.randn(9, 6, generator=seeded()), torch.full((9, 2), 7.0)], 1)}
    for sampler in (Gaussian(), Gaussian(GaussianOptions(shrink=1)), GMM()):
        assert (drawn(sampler, known, 50)["z"][:, 6:] == 7).all()


def clusters(counts=(60, 20), size=6):
    places = 10 * torch.eye(size)
    noise = torch.randn(sum(counts), size, generator=seeded())
    return {"z": noise + torch.cat([places[i].expand(count, -1) for i, count in enumerate(counts)])}


def test_a_mixture_finds_the_clusters_and_their_shares():
    sampler = GMM()
    new = drawn(sampler, clusters(), 4000)["z"]
    assert len(sampler.mixture.shares) == 2
    torch.testing.assert_close(sampler.mixture.shares.sort().values, torch.tensor([0.25, 0.75]).double())
    near = new[:, :2].argmax(1)
    assert abs(float((near == 0).float().mean()) - 0.75) < 0.03
    other = new[torch.arange(len(new)), 1 - near]
    assert (other < 6).all()  # nothing between them
    assert len(fitted_components(clusters((80,)))) == 1


def fitted_components(latents, **options):
    sampler = GMM(GmmOptions(**options))
    sampler.fit(latents)
    return sampler.mixture.shares


def test_a_number_of_components_can_be_asked_for():
    assert len(fitted_components(clusters(), components=5)) == 5
    assert len(fitted_components({"z": torch.ones(4, 3)}, components=2)) == 2  # all clips the same


def test_no_component_closes_in_on_a_single_clip():
    sampler = GMM(GmmOptions(components=10, keep=1.0))
    known = clusters((10,))
    sampler.fit(known)
    rows = Flat(known, "test").rows
    assert (sampler.mixture.variances >= 0.0099 * (rows @ sampler._directions.T).var(0, correction=0)).all()
    assert sampler.mixture.likelihood < float("inf")


def test_likelihood_grows_with_every_step():
    likelihoods = []
    for steps in range(1, 8):
        sampler = GMM(GmmOptions(components=3, steps=steps))
        sampler.fit(clusters((30, 30, 30)))
        likelihoods.append(sampler.mixture.likelihood)
    assert all(later >= earlier - 1e-6 for earlier, later in pairwise(likelihoods))
    assert likelihoods[-1] > likelihoods[0]


def test_too_few_clips_are_refused():
    for sampler in (Gaussian(), GMM()):
        with pytest.raises(ValueError, match="at least two"):
            sampler.fit({"z": torch.randn(1, 4)})
    with pytest.raises(ValueError, match="5 components are more than the 4 training clips"):
        GMM(GmmOptions(components=5)).fit({"z": torch.randn(4, 4)})
