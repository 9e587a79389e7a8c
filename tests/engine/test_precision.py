"""bfloat16: what is computed in it, and what never is."""

import json

import pytest
import torch
from safetensors.torch import load_file

from inrkit.engine.runs import Run
from inrkit.engine.train import Trainer
from inrkit_inrv.method import InrV


def losses(run):
    return [json.loads(line)["loss"] for line in (Run(run).metrics_file).read_text().splitlines()]


def test_bf16_is_a_little_coarser_and_all_that_is_kept_is_float32(train, monkeypatch):
    seen = []
    loss = InrV.loss

    def watched(self, out, target):
        seen.append([out.rgb.dtype, target.dtype, {weight.dtype for weight in out.weights.values()}])
        return loss(self, out, target)

    monkeypatch.setattr(InrV, "loss", watched)
    train("plain", {"train.log_every": 1})
    assert seen[0] == [torch.float32, torch.float32, {torch.float32}]
    seen.clear()
    train("coarse", {"train.log_every": 1, "train.precision": "bf16"})
    assert seen[0] == [torch.float32, torch.float32, {torch.bfloat16}]
    assert losses("coarse") != losses("plain")
    assert losses("coarse")[:4] == pytest.approx(losses("plain")[:4], rel=0.02)
    for name in ("model", "codes", "optimizer"):
        tensors = load_file(Run("coarse").newest_checkpoint() / f"{name}.safetensors")
        assert {value.dtype for value in tensors.values()} <= {torch.float32, torch.int64}, name
    assert Run("coarse").config.train.precision == "bf16"


def test_a_run_goes_on_in_its_precision(train):
    train("coarse", {"train.precision": "bf16"})
    with pytest.raises(Exception, match=r"train.precision is bf16, not float32"):
        train("coarse", {"train.precision": "float32"}, resume=True)


@pytest.mark.parametrize("plugin", ["siren", "functa", "functa-codes", "nerv", "hnerv", "trans-inr"])
def test_other_methods_bear_it(clean, monkeypatch, plugin):
    import inrkit

    values = []
    step = Trainer.one_step

    def watched(self, window):
        step(self, window)
        values.append(float(window._sums["loss"]))

    monkeypatch.setattr(Trainer, "one_step", watched)
    small = {"dataset.count": 2, "dataset.held_out": 0, "data.holdout": 0, "data.size": (16, 16), "data.frames": 4}
    inrkit.train(plugin=plugin, device="cpu", out="run", steps=2, options=small | {"train.precision": "bf16"})
    assert all(value == value and value < 1e3 for value in values) and len(values) == 2
