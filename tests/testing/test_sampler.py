"""The contract of a sampler, proven by samplers that break it, each in one way."""

import pytest
import torch

from inrkit import Sampler
from inrkit.testing import check_sampler


class Gaussian(Sampler):
    def fit(self, latents):
        self.mean = {name: value.mean(0) for name, value in latents.items()}
        self.std = {name: value.std(0) for name, value in latents.items()}

    def sample(self, n, generator):
        return {
            name: mean + self.std[name] * torch.randn(n, *mean.shape, generator=generator)
            for name, mean in self.mean.items()
        }


@pytest.mark.parametrize("sampler", [Gaussian, "slerp"])
def test_what_keeps_the_contract_passes(sampler):
    before = torch.get_rng_state()
    assert check_sampler(sampler) is None
    assert torch.equal(before, torch.get_rng_state())


class Asks(Gaussian):
    def __init__(self):
        pass


class OneName(Gaussian):
    def fit(self, latents):
        (self.z,) = latents.values()


class WritesLatents(Gaussian):
    def fit(self, latents):
        super().fit({name: value.sub_(value.mean(0)) for name, value in latents.items()})


class Global(Gaussian):
    def sample(self, n, generator):
        return super().sample(n, None)


class Stuck(Gaussian):
    def sample(self, n, generator):
        return super().sample(n, torch.Generator().manual_seed(0))


class Alike(Gaussian):
    def sample(self, n, generator):
        return {
            name: value[:1].repeat(n, *[1] * (value.ndim - 1)) for name, value in super().sample(n, generator).items()
        }


class AsManyAsThereAre(Gaussian):
    def sample(self, n, generator):
        return {name: value[:64] for name, value in super().sample(n, generator).items()}


class Forgets(Gaussian):
    def sample(self, n, generator):
        return {"z": super().sample(n, generator)["z"]}


class Double(Gaussian):
    def sample(self, n, generator):
        return {name: value.double() for name, value in super().sample(n, generator).items()}


class Infinite(Gaussian):
    def sample(self, n, generator):
        return {name: value / 0 for name, value in super().sample(n, generator).items()}


class Raises(Gaussian):
    def sample(self, n, generator):
        raise RuntimeError("not fitted")


BROKEN = {
    Asks: "Its __init__ takes the options alone",
    OneName: "fit(latents) to work",
    WritesLatents: "latents that stay as they were",
    Global: "the same latents from the same generator",
    Stuck: "other latents from another seed",
    Alike: "n different latents",
    AsManyAsThereAre: "samples 'z': the shape (67, 6); found (64, 6)",
    Forgets: "samples: the names ['frames', 'z']",
    Double: "float32; found torch.float64",
    Infinite: "finite numbers",
    Raises: "sample(1, generator) to work",
}


@pytest.mark.parametrize("sampler", BROKEN, ids=lambda each: each.__name__)
def test_what_breaks_it_is_told_what_to_change(sampler, caught):
    caught(check_sampler, sampler, BROKEN[sampler])
