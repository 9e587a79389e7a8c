"""The contract of a hypernetwork, proven by hypernetworks that break it, each in one way."""

import pytest
import torch
from torch import nn

from inrkit import HyperNetwork
from inrkit.testing import check_hypernetwork
from inrkit.testing.parts import TinyHeads


class Frames(HyperNetwork):
    """One shift for each frame, of latents that only it takes."""

    def __init__(self, config, spec):
        super().__init__()
        self.clip, self.frame = nn.Linear(8, 16), nn.Linear(3, 16)

    def forward(self, latents):
        return {"shift": self.clip(latents["clip"])[:, None] + self.frame(latents["frames"])}


@pytest.mark.parametrize("hypernetwork", [TinyHeads, HyperNetwork, "identity", "mlp-heads"])
def test_what_keeps_the_contract_passes(hypernetwork):
    before = torch.get_rng_state()
    assert check_hypernetwork(hypernetwork) is None
    assert torch.equal(before, torch.get_rng_state())


def test_one_that_takes_special_latents_is_given_them(caught):
    latents, weights = {"clip": (8,), "frames": (None, 3)}, {"shift": torch.zeros(4, 16)}
    check_hypernetwork(Frames, latents=latents, weights=weights)
    caught(check_hypernetwork, Frames, "KeyError: 'clip'")


@pytest.mark.parametrize("init", ["official", "inr"])
def test_options_reach_it(init):
    check_hypernetwork("mlp-heads", options={"init": init, "width": 8, "layers": 1})


class NoSpec(TinyHeads):
    def __init__(self, config):
        pass


class Forgets(TinyHeads):
    def forward(self, latents):
        return dict(list(super().forward(latents).items())[1:])


class Flat(TinyHeads):
    def forward(self, latents):
        return {name: value.flatten(1) for name, value in super().forward(latents).items()}


class MixesClips(TinyHeads):
    def forward(self, latents):
        return super().forward({"z": latents["z"] - latents["z"].mean(0)})


class Detaches(TinyHeads):
    def forward(self, latents):
        return super().forward({"z": latents["z"].detach()})


class Unused(TinyHeads):
    def __init__(self, config, spec):
        super().__init__(config, spec)
        self.spare = nn.Parameter(torch.ones(3))


class RaisesInTraining(TinyHeads):
    def forward(self, latents):
        if self.training:
            raise RuntimeError("no batch statistics")
        return super().forward(latents)


class WritesWhatGradientsNeed(TinyHeads):
    def forward(self, latents):
        made = {name: value.sin() for name, value in super().forward(latents).items()}
        return {name: value.exp().mul_(2) for name, value in made.items()}


class Noisy(TinyHeads):
    def forward(self, latents):
        return super().forward({"z": latents["z"] + torch.randn(8)})


class PythonRandom(TinyHeads):
    def __init__(self, config, spec):
        import random

        super().__init__(config, spec)
        self.heads[0].bias.data.add_(random.random())


class NotSaved(TinyHeads):
    def __init__(self, config, spec):
        super().__init__(config, spec)
        self.turn = torch.randn(8, 8)

    def forward(self, latents):
        return super().forward({"z": latents["z"] @ self.turn})


class KeepsTheSpec(TinyHeads):
    """Adds to spec.weights, which is not saved."""

    def __init__(self, config, spec):
        super().__init__(config, spec)
        self.base = {name: value.clone() for name, value in spec.weights.items()}

    def forward(self, latents):
        return {name: value + self.base[name] for name, value in super().forward(latents).items()}


class SharesMemory(TinyHeads):
    def __init__(self, config, spec):
        super().__init__(config, spec)
        for head, weight in zip(self.heads, spec.weights.values(), strict=True):
            head.bias = nn.Parameter(weight.flatten())


class HalfAngles(TinyHeads):
    def forward(self, latents):
        return {name: (1000 * value).sin() for name, value in super().forward(latents).items()}


BROKEN = {
    NoSpec: "takes (config, spec)",
    Forgets: "weights: the names",
    Flat: "weights 'net.0.weight': the shape (3, 16, 9)",
    MixesClips: "a batch to be its rows",
    Detaches: "a gradient for the latents of every clip; found none for 'z'",
    Unused: "a gradient for every parameter; found none for 'spare'",
    RaisesInTraining: "to work in training mode; found RuntimeError: no batch statistics",
    WritesWhatGradientsNeed: "to be differentiated in training mode",
    PythonRandom: "the same initial values from the same seed",
    Noisy: "in eval mode",
    NotSaved: "register_buffer",
    KeepsTheSpec: "whatever the spec holds",
    SharesMemory: "spec.weights to stay as they are",
    HalfAngles: "under torch.autocast",
}


@pytest.mark.parametrize("hypernetwork", BROKEN, ids=lambda each: each.__name__)
def test_what_breaks_it_is_told_what_to_change(hypernetwork, caught):
    caught(check_hypernetwork, hypernetwork, BROKEN[hypernetwork])
