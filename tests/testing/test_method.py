"""The contract of a method, proven by methods that break it, each in one way."""

import pytest
import torch

from inrkit import BadInput, Method, per_clip
from inrkit.testing import check_method


class L1(Method):
    def loss(self, out, target):
        return {"l1": per_clip((out.rgb - target).abs()), "size": 1e-3 * per_clip(out.latents["z"].square())}


class Edges(Method):
    """Must see whole frames."""

    unit = "frame"

    def loss(self, out, target):
        return {"edges": per_clip((out.rgb - target).diff(dim=2).square())}


@pytest.mark.parametrize("method", [Method, L1, Edges])
def test_what_keeps_the_contract_passes(method):
    before = torch.get_rng_state()
    assert check_method(method) is None
    assert torch.equal(before, torch.get_rng_state())


def test_inrv_keeps_it_and_says_what_it_misses(monkeypatch, tmp_path):
    check_method("inrv", options={"lpips": 0})
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    with pytest.raises(BadInput, match="LPIPS needs the VGG-16 weights"):
        check_method("inrv")


class Asks(Method):
    def __init__(self, config, spec):
        pass


class OddUnit(Method):
    unit = "video"


class Number(Method):
    def loss(self, out, target):
        return (out.rgb - target).square().mean()


class NoTerms(Method):
    def loss(self, out, target):
        return {}


class OverClips(Method):
    def loss(self, out, target):
        return {"mse": (out.rgb - target).square().mean()}


class MixesClips(Method):
    def loss(self, out, target):
        errors = per_clip((out.rgb - target).square())
        return {"mse": errors / errors.max()}


class Detached(Method):
    def loss(self, out, target):
        return {"mse": per_clip((out.rgb.detach() - target).square())}


class FirstClip(Method):
    def loss(self, out, target):
        only = torch.tensor([1.0, 0, 0])[: len(target)]
        return {"mse": only * per_clip((out.rgb - target).square())}


class Infinite(Method):
    def loss(self, out, target):
        return {"log": per_clip((out.rgb - target).log())}


class WritesTarget(Method):
    def loss(self, out, target):
        return {"mse": per_clip((out.rgb - target.mul_(0.5)).square())}


class Noisy(Method):
    def loss(self, out, target):
        return {"mse": per_clip((out.rgb - target + torch.rand(3)).square())}


class Frames(Method):
    """Says points, needs frames."""

    def loss(self, out, target):
        return {"mse": per_clip((out.rgb - target)[:, :, :, 0])}


BROKEN = {
    Asks: "Its __init__ takes the options alone",
    OddUnit: "one of point, frame, clip; found 'video'",
    Number: "terms of a loss",
    NoTerms: "terms of a loss; found {}",
    OverClips: "loss 'mse': the shape (3,); found ()",
    MixesClips: "the loss of a batch to be that of its rows",
    Detached: "a finite gradient for the rgb of every clip",
    FirstClip: "a finite gradient for the rgb of every clip",
    Infinite: "finite numbers",
    WritesTarget: "a target that stays as it was",
    Noisy: "the same loss of the same clips",
    Frames: "per_clip(...) of rgb (B, N, 3); unit is 'point'",
}


@pytest.mark.parametrize("method", BROKEN, ids=lambda each: each.__name__)
def test_what_breaks_it_is_told_what_to_change(method, caught):
    caught(check_method, method, BROKEN[method])


PLUGIN = """
from inrkit import declare, hookimpl
from inrkit.interfaces import Method

class Mine(Method):
    @classmethod
    def preset(cls, name, situation):
        {preset}

@hookimpl
def inrkit_methods():
    return [declare.Method(name="mine", target="one_method:Mine", summary="Mine", encoder="{encoder}",
                           hypernetwork="identity", inr="tiny", presets={{"fast": "Fast"}})]
"""

DECLARED = {
    "fine": ("return {'train.lr': 1e-3}", "codebook", None),
    "no such option": ("return {'train.rate': 1e-3}", "codebook", "There is no option 'train.rate'"),
    "refused value": ("return {'train.lr': -1}", "codebook", "preset 'fast' to set options that exist"),
    "no dictionary": ("return None", "codebook", "to be a dictionary; found NoneType"),
    "needs the clip shape": ("return {'data.size': situation.clip_shape[1:]}", "codebook", "preset 'fast' to work in"),
    "no such component": ("return {}", "codebok", "There is no encoder 'codebok'"),
}


@pytest.mark.parametrize("case", DECLARED)
def test_what_the_declaration_names_has_to_be_there(case, caught, only_plugins, tmp_path, monkeypatch):
    preset, encoder, found = DECLARED[case]
    (tmp_path / "one_method.py").write_text(PLUGIN.format(preset=preset, encoder=encoder))
    monkeypatch.syspath_prepend(tmp_path)
    only_plugins(modules=["one_method", "inrkit.testing.tiny_plugin"])
    monkeypatch.delitem(__import__("sys").modules, "one_method", raising=False)
    if found is None:
        check_method("mine")
    else:
        caught(check_method, "mine", found)
