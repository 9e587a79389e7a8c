"""The contract of an encoder, proven by encoders that break it, each in one way."""

import pytest
import torch
from torch import nn

from inrkit import Encoder, per_clip
from inrkit.testing import check_encoder


class Codes(Encoder):
    def __init__(self, config, spec):
        super().__init__()
        self.latents = self.codes = {"z": (4,)}


class Merged(Encoder):
    """Pixels, frozen features and a code, through a layer."""

    def __init__(self, config, spec):
        super().__init__()
        self.latents, self.codes = {"z": (4,), "frames": (None, 2)}, {"own": (3,)}
        self.register_buffer("frozen", torch.randn(3, 5))
        self.merge, self.each = nn.Linear(5 + 3, 4), nn.Linear(3, 2)

    def features(self, frames):
        return {"look": (frames @ self.frozen).flatten(1, -2).mean(1)}

    def forward(self, clips, decode):
        whole = self.merge(torch.cat((clips.features["look"], clips.codes["own"]), 1))
        return {"z": whole, "frames": self.each(clips.frames.flatten(2, 3).mean(2))}


class Steps(Encoder):
    """A gradient step from zero."""

    def __init__(self, config, spec):
        super().__init__()
        self.latents = {"z": (4,)}
        self.rate = nn.Parameter(torch.ones(4))

    def forward(self, clips, decode):
        with torch.enable_grad():
            return {"z": self.step(clips, decode)}

    def step(self, clips, decode):
        z = torch.zeros(len(clips), 4, requires_grad=True)
        coords, target, see, _ = clips.sample("point", 64)
        error = per_clip((see(decode({"z": z}, coords)) - target).square())
        (slope,) = torch.autograd.grad(error.sum(), z, create_graph=self.training)
        return z - self.rate * slope


class Nothing(Encoder):
    """One video, no latents."""


@pytest.mark.parametrize("encoder", [Codes, Merged, Steps, Nothing, "codebook", "table"])
def test_what_keeps_the_contract_passes(encoder):
    before = torch.get_rng_state()
    assert check_encoder(encoder) is None
    assert torch.equal(before, torch.get_rng_state())


def test_options_reach_it(caught):
    check_encoder("codebook", options={"size": 3})
    check_encoder("codebook", {"size": 3}, clip_shape=(2, 8, 8))


class NoSpec(Codes):
    def __init__(self, config):
        super().__init__(config, None)


class WrongLatents(Codes):
    def __init__(self, config, spec):
        super().__init__(config, spec)
        self.latents = {"z": 4}


class WrongCodes(Merged):
    def __init__(self, config, spec):
        super().__init__(config, spec)
        self.codes = {"own": (0,)}


class OtherCodes(Codes):
    def initial_codes(self):
        return {"z": torch.zeros(5)}


class UnseededCodes(Codes):
    def initial_codes(self):
        return {"z": torch.randn(4, generator=torch.Generator().manual_seed(int(torch.initial_seed()) + next(COUNT)))}


COUNT = iter(range(10**6))


class OneFeature(Merged):
    def features(self, frames):
        return {"look": super().features(frames)["look"][:1]}


class FeaturesMix(Merged):
    def features(self, frames):
        return {"look": super().features(frames - frames.mean(0))["look"]}


class FeaturesLearn(Merged):
    def __init__(self, config, spec):
        super().__init__(config, spec)
        self.learned = nn.Parameter(torch.ones(5))

    def features(self, frames):
        return {"look": self.learned * super().features(frames)["look"]}


class OtherNames(Codes):
    def forward(self, clips, decode):
        return {"code": clips.codes["z"]}


class OtherShape(Codes):
    def forward(self, clips, decode):
        return {"z": clips.codes["z"][:, :3]}


class Blind(Codes):
    def forward(self, clips, decode):
        return {"z": 0 * clips.codes["z"] + 1}


class MixesClips(Merged):
    def forward(self, clips, decode):
        made = super().forward(clips, decode)
        return made | {"z": made["z"] - made["z"].mean(0)}


class NeedsGradients(Steps):
    def forward(self, clips, decode):
        return {"z": self.step(clips, decode)}


class ForgetsCodes(Merged):
    def forward(self, clips, decode):
        return super().forward(clips, decode) | {"z": self.merge(nn.functional.pad(clips.features["look"], (0, 3)))}


class DetachesCodes(Codes):
    def forward(self, clips, decode):
        return {"z": clips.codes["z"].detach()}


class NeedsIndex(Codes):
    def forward(self, clips, decode):
        return {"z": clips.codes["z"] + 0 * clips.index[:, None]}


class SeesHidden(Codes):
    """The mean over what was hidden, too: 0 / 0 where all is seen."""

    def forward(self, clips, decode):
        hidden = (clips.frames == 0).flatten(1)
        if clips.index is None:
            return {"z": clips.codes["z"] + torch.zeros(()) / 0}
        return {"z": clips.codes["z"] + 0 * hidden.sum(1, keepdim=True)}


class Unused(Merged):
    def __init__(self, config, spec):
        super().__init__(config, spec)
        self.spare = nn.Linear(2, 2)


class Noisy(Codes):
    def forward(self, clips, decode):
        return {"z": clips.codes["z"] + 0.1 * torch.randn(4)}


class NotSaved(Merged):
    def __init__(self, config, spec):
        super().__init__(config, spec)
        del self.frozen
        self.frozen = torch.randn(3, 5)


class HalfAngles(Merged):
    def forward(self, clips, decode):
        made = super().forward(clips, decode)
        return made | {"z": (1000 * made["z"]).sin()}


class SharesMemory(Encoder):
    def __init__(self, config, spec):
        super().__init__()
        self.latents = self.codes = {name: tuple(weight.shape) for name, weight in spec.weights.items()}
        self.start = dict(spec.weights)

    def initial_codes(self):
        return self.start


BROKEN = {
    NoSpec: "takes (config, spec)",
    WrongLatents: "latents to be names to shapes",
    WrongCodes: "codes to be names to shapes",
    OtherCodes: "initial codes 'z': the shape (4,); found (5,)",
    UnseededCodes: "the same initial codes from the same seed",
    OneFeature: "features 'look' to have a row for each clip",
    FeaturesMix: "features of a batch to be those of its rows",
    FeaturesLearn: "frozen features; found 'look' asks for gradients",
    OtherNames: "the names ['z']; found ['code']",
    OtherShape: "latents 'z': the shape (3, 4)",
    Blind: "different latents of different clips",
    MixesClips: "a batch to be its rows",
    NeedsGradients: "with torch.enable_grad():",
    ForgetsCodes: "a gradient for every code; found none for 'own'",
    DetachesCodes: "a gradient for every code; found none for 'z'",
    NeedsIndex: "clips never trained on",
    SeesHidden: "finite latents of clips partly seen",
    Unused: "a gradient for every parameter; found none for 'spare.weight'",
    Noisy: "in eval mode",
    NotSaved: "register_buffer",
    HalfAngles: "under torch.autocast",
    SharesMemory: "spec.weights to stay as they are",
}


@pytest.mark.parametrize("encoder", BROKEN, ids=lambda each: each.__name__)
def test_what_breaks_it_is_told_what_to_change(encoder, caught):
    caught(check_encoder, encoder, BROKEN[encoder])
