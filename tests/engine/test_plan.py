"""From a request to what is trained."""

import pytest
import torch

from inrkit import BadInput
from inrkit.engine.plan import Request, check_same, choose_method, make_plan, reopen, resolve_device
from inrkit.engine.reporter import Reporter
from inrkit.engine.start import default_out

SMALL = {"dataset.count": 3, "dataset.held_out": 1, "data.size": (8, 8), "data.frames": 4}


def plan(*layers, **request):
    return make_plan(Request(plugin="inrv", device="cpu", layers=(SMALL, *layers), **request), Reporter())


def test_the_toy_preset_is_the_default_without_a_source(clean):
    made = plan()
    assert (made.config.preset, made.config.data.source) == ("toy", "toy")
    assert (len(made.train), len(made.held_out), made.train.shape) == (3, 1, (4, 8, 8))
    assert plan(source="toy").config.preset == "fast"


def test_a_preset_sees_the_clips(clean):
    wide = plan({"data.size": (100, 100)}, preset="fast").config
    assert (wide.inr.options["width"], plan(preset="fast").config.inr.options["width"]) == (128, 64)
    paper = plan({"lpips": 0, "dataset.count": 5}, preset="paper").config
    assert paper.train.steps == 971 * 3 and paper.encoder.options["size"] == 64  # 971 epochs of three batches
    plain = plan({"lpips": 0, "dataset.count": 5, "progressive": "none"}, preset="paper").config
    assert plain.train.steps == 300 and plain.stages == []


def test_a_preset_leaves_a_swapped_component_alone(clean):
    made = plan(encoder="table", hypernetwork="identity").config
    assert (made.encoder.options, made.hypernetwork.options) == ({}, {})
    assert made.inr.options["width"] == 64


def test_later_layers_win_over_presets(clean):
    assert plan({"train.lr": 1e-3}, {"lr": 5e-4}).config.train.lr == 5e-4


def test_what_is_missing_is_said_before_anything_is_prepared(clean, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", "nowhere")
    monkeypatch.setattr("inrkit.engine.plan.gather", lambda *args: pytest.fail("clips were prepared"))
    with pytest.raises(BadInput, match="vgg16"):
        plan(preset="paper")


def test_a_plan_is_reopened_as_it_was(clean):
    made = plan()
    again = reopen(made.config, Reporter())
    assert again.train.names == made.train.names and again.held_out.names == made.held_out.names
    assert torch.equal(again.train.read([0, 1, 2]), made.train.read([0, 1, 2]))
    changed = made.config.model_copy(update={"data": made.config.data.model_copy(update={"content": "0" * 64})})
    with pytest.raises(BadInput, match="what they show has changed"):
        reopen(changed, Reporter())


@pytest.mark.parametrize(
    "request_",
    [
        Request(),
        Request(plugin="inrv", preset="toy", seed=0, source="toy", encoder="codebook"),
        Request(plugin="inrkit-inrv/inrv", inr="inrkit-inrv/nerf-mlp"),
        Request(layers=({"data.size": 8}, {"train.lr": 4e-3}, {"inr.width": 64}, {"count": 3})),
        Request(device="cuda:5"),  # another device is another way to go on, not another run
    ],
)
def test_the_same_is_the_same(clean, request_):
    check_same(request_, plan().config)


def test_all_differences_are_named(clean):
    with pytest.raises(BadInput, match="seed is 0, not 1; hypernetwork is mlp-heads, not identity"):
        check_same(Request(seed=1, hypernetwork="identity"), plan().config)
    with pytest.raises(BadInput, match=r"train.steps is 5000, not 5; data.fit is crop, not pad"):
        check_same(Request(layers=({"steps": 5}, {"fit": "pad"})), plan().config)


@pytest.mark.parametrize("device", ["banana", "cpu:", "cpu:0", "cuda:", "cuda:x", "cuda:-1", "CPU", "", "cuda:9999"])
def test_devices_that_are_not_here(device):
    with pytest.raises(BadInput):
        resolve_device(device)


def test_devices_that_are():
    assert resolve_device("cpu") == "cpu"
    assert resolve_device("auto") in ("cpu", "cuda", "mps")


def test_names_of_runs(clean, monkeypatch):
    monkeypatch.setenv("INRKIT_PLUGINS", "inrkit-inrv")  # the one method that is installed needs no name
    assert str(default_out(Request())) == "runs/inrv-toy"
    assert (
        str(default_out(Request(plugin="inrkit-inrv/inrv", source="some where/Ünï.mp4"))) == "runs/inrkit-inrv-inrv-Ünï"
    )
    assert choose_method("x") == "x"
