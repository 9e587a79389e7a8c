"""The names that inrkit offers, what is said of them, and the examples, which run."""

import doctest
import importlib
import inspect
import math
import pkgutil
import textwrap
from types import SimpleNamespace

import pytest
import torch
from torch import nn

import inrkit
from inrkit import INR, ClipBatch, Encoder, HyperNetwork, Observation, Output, Spec, VideoModel, grid
from inrkit.engine.build import assemble
from inrkit.options import NoOptions

SHAPE = (4, 8, 8)


@pytest.mark.parametrize("name", inrkit.__all__)
def test_every_name_means_something(name):
    assert getattr(inrkit, name) is not None
    assert name in dir(inrkit)


def test_each_name_is_there_once():
    assert len(inrkit.__all__) == len(set(inrkit.__all__))
    assert dir(inrkit) == sorted(dir(inrkit))


def test_other_names_are_none_of_its():
    with pytest.raises(AttributeError, match="module 'inrkit' has no attribute 'Siren'"):
        _ = inrkit.Siren
    assert not hasattr(inrkit, "engine_")


def test_a_star_gives_all_of_them():
    names = {}
    exec("from inrkit import *", names)
    assert set(inrkit.__all__) <= set(names)


def documented(obj):
    """`obj` and, of a class, the public methods and properties it defines itself."""
    yield obj.__name__, obj
    if inspect.isclass(obj):
        for name, member in vars(obj).items():
            member = getattr(member, "func", getattr(member, "__func__", member))
            if not name.startswith("_") and (inspect.isfunction(member) or isinstance(member, property)):
                yield f"{obj.__name__}.{name}", member


@pytest.mark.parametrize("name", inrkit.__all__)
def test_every_class_and_function_is_documented(name):
    obj = getattr(inrkit, name)
    if not (inspect.isclass(obj) or inspect.isfunction(obj)):
        return
    for where, member in documented(obj):
        assert (member.__doc__ or "").strip(), where
        assert not member.__doc__.startswith(f"{member.__class__.__name__}("), where


MODULES = ["inrkit", *(found.name for found in pkgutil.walk_packages(inrkit.__path__, "inrkit."))]


@pytest.mark.parametrize("module", [name for name in MODULES if not name.startswith("inrkit.testing")])
def test_the_lines_after_prompts_are_true(module):
    assert doctest.testmod(importlib.import_module(module)).failed == 0


def examples(obj):
    """The indented blocks after ``Example …::`` in a docstring."""
    blocks, lines = [], inspect.getdoc(obj).splitlines()
    for i, line in enumerate(lines):
        if line.startswith("Example") and line.endswith("::"):
            block = []
            for following in lines[i + 1 :]:
                if following.strip() and not following.startswith(" "):
                    break
                block.append(following)
            blocks.append(textwrap.dedent("\n".join(block)).strip())
    return blocks


def run(obj, which=0):
    """What an example defines, run with nothing but torch and inrkit's public names."""
    names = {"torch": torch, "nn": nn, **{name: getattr(inrkit, name) for name in inrkit.__all__}}
    before = set(names)
    exec(compile(examples(obj)[which], f"example of {obj.__name__}", "exec"), names)
    return SimpleNamespace(**{name: names[name] for name in set(names) - before - {"__builtins__"}})


DOORS = [
    name
    for name in inrkit.__all__
    if inspect.isclass(getattr(inrkit, name)) and getattr(inrkit, name).__module__.startswith("inrkit.interfaces")
]
WITHOUT = {"Imported", "Output", "Sample", "Situation", "Spec", "TaskResult"}
"""What authors are given or only fill in."""


@pytest.mark.parametrize("name", [name for name in DOORS if name not in WITHOUT])
def test_every_door_has_an_example_without_gaps(name):
    found = examples(getattr(inrkit, name))
    assert found
    assert all("..." not in text for text in found)


def assembled(inr=None, encoder=None, hypernetwork=None):
    """A model of the examples, each of the three by itself or together."""
    parts = {
        "inr": inr or run(INR).Siren,
        "encoder": encoder or run(Encoder).Codebook,
        "hypernetwork": hypernetwork or run(HyperNetwork).Linear,
    }
    return assemble({kind: (cls, NoOptions()) for kind, cls in parts.items()}, SHAPE)


def test_the_three_components_make_a_model():
    model = assembled()
    assert isinstance(model, VideoModel)
    assert list(model.inr.initial_weights()) == ["first.weight", "first.bias", "last.weight", "last.bias"]
    z = torch.zeros(2, 64)
    weights = model.hypernetwork({"z": z})
    for name, weight in model.inr.initial_weights().items():  # it begins at the INR's own initialisation
        torch.testing.assert_close(weights[name], weight.expand(2, *weight.shape))
    codes = {"z": torch.stack([model.encoder.initial_codes()["z"] for _ in range(2)])}
    out = model(ClipBatch(torch.zeros(2, *SHAPE, 3), codes=codes), grid(SHAPE))
    out.rgb.square().mean().backward()
    assert all(parameter.grad.any() for parameter in model.parameters())


def test_the_amortised_encoder():
    model = assembled(encoder=run(Encoder, 1).Conv)
    out = model(ClipBatch(torch.rand(2, *SHAPE, 3)), grid(SHAPE))
    assert out.latents["z"].shape == (2, 64)
    assert model.encoder.codes == {}


def test_the_clips():
    made = run(ClipBatch)
    assert made.coords.shape == (1, 20, 3)
    assert torch.equal(made.see(made.target), made.target)
    assert made.share.tolist() == [1.0]


def test_the_method():
    method = run(inrkit.Method).L2()
    out = Output(torch.ones(2, 5, 3), {}, {})
    assert method.loss(out, torch.zeros(2, 5, 3))["mse"].tolist() == [1.0, 1.0]
    assert isinstance(method, inrkit.Method)
    assert inrkit.Method().loss(out, torch.zeros(2, 5, 3))["mse"].tolist() == [1.0, 1.0]
    assert inrkit.Method.preset("any", inrkit.Situation(0, None, "cpu")) == {}


def test_the_observation():
    observation = run(Observation).Luminance()
    video = torch.rand(2, *SHAPE, 3)
    seen = observation.see(video)
    torch.testing.assert_close(seen[..., 0], 0.299 * video[..., 0] + 0.587 * video[..., 1] + 0.114 * video[..., 2])
    assert observation.fill(seen).shape == video.shape


def test_the_tasks():
    model = assembled()
    result = run(inrkit.Task).Describe().run(model, None)
    assert result.record == {"parameters": sum(value.numel() for value in model.parameters())}
    assert result.files == ()
    task = run(inrkit.ObservationTask).Prediction()
    observation = task.observe(SHAPE, SimpleNamespace(observed=3), torch.Generator())
    assert observation.mask.flatten(1).all(1).tolist() == [True, True, True, False]


def test_the_sampler():
    sampler = run(inrkit.Sampler).Gaussian()
    sampler.fit({"z": 3 + 2 * torch.randn(500, 4)})
    drawn = sampler.sample(400, torch.Generator().manual_seed(0))["z"]
    assert drawn.shape == (400, 4)
    assert drawn.mean().item() == pytest.approx(3, abs=0.3)
    assert drawn.std().item() == pytest.approx(2, abs=0.3)


def test_the_metric():
    metric = run(inrkit.Metric).MeanError()
    black, white = torch.zeros(2, *SHAPE, 3, dtype=torch.uint8), torch.full((2, *SHAPE, 3), 255, dtype=torch.uint8)
    metric.update(black, black)
    metric.update(black, white)
    assert metric.compute()["mean-error"].tolist() == [0, 0, 255, 255]


def test_the_dataset():
    dataset = run(inrkit.Dataset).Blinking()
    videos = list(dataset.clips(SimpleNamespace(count=3), SHAPE))
    assert [video.name for video in videos] == ["blink-0", "blink-1", "blink-2"]
    assert videos[1].frames.shape == (*SHAPE, 3)
    assert videos[1].frames.float().mean() == 255
    assert list(dataset.held_out(None, SHAPE)) == []


@pytest.mark.parametrize(
    "call",
    [
        lambda: INR()(torch.zeros(1, 3)),
        lambda: inrkit.Dataset().clips(None, SHAPE),
        lambda: inrkit.Metric().update(None, None),
        lambda: inrkit.Metric().compute(),
        lambda: inrkit.Sampler().fit({}),
        lambda: inrkit.Sampler().sample(1, torch.Generator()),
        lambda: inrkit.Task().run(None, None),
        lambda: inrkit.ObservationTask().observe(SHAPE, None, torch.Generator()),
    ],
)
def test_what_an_author_must_write_has_no_default(call):
    with pytest.raises(NotImplementedError):
        call()


def test_what_is_given():
    latents = {"z": torch.zeros(2, 3)}
    assert HyperNetwork()(latents) is latents
    assert Encoder()(ClipBatch(torch.zeros(2, *SHAPE, 3), codes=latents), None) is latents
    assert Encoder().features(torch.zeros(1, *SHAPE, 3)) == {}
    assert Encoder().initial_codes() == {}
    assert Spec(SHAPE).weights == {}


def test_units_from_fine_to_coarse():
    assert inrkit.coarsest("point") == "point"
    assert inrkit.coarsest("frame", "point") == "frame"
    assert inrkit.coarsest("point", "clip", "frame") == "clip"


def test_the_mean_of_each_clip():
    assert inrkit.per_clip(torch.tensor([[[1.0, 3.0]], [[5.0, math.pi]]]))[0] == 2
    assert inrkit.per_clip(torch.ones(2, 3, 4, 5)).shape == (2,)
