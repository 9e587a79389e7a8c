"""``--direct``: a network of its own for each clip, with a run and without one."""

import json
import sys

import pytest
import torch
from safetensors.torch import load_file

import inrkit
from inrkit import discovery
from inrkit.interfaces import ClipBatch
from inrkit.video import write_png

SMALL = ("--direct", "--device", "cpu", "-o", "width=16", "-o", "inr.layers=1")


def film(folder, frames=5, height=8, width=12):
    """A bright square that moves over a ramp."""
    for index in range(frames):
        frame = torch.arange(width).mul(10).expand(height, width)[..., None].repeat(1, 1, 3).to(torch.uint8)
        frame[2:5, index : index + 3] = torch.tensor([250, 40, 90], dtype=torch.uint8)
        write_png(folder / f"{index:03d}.png", frame)
    return folder


@pytest.fixture
def record(cli, tmp_path):
    """The record of one film: ``record("invert", "--steps", 5)``."""

    def call(task, *words, video="film"):
        outcome = cli(task, video, *SMALL, "--json", *words)
        assert outcome.exit_code == 0, outcome.output
        (made,) = json.loads(outcome.stdout)["videos"]
        return made

    film(tmp_path / "film")
    return call


def psnr(made, part="all"):
    return made["scores"]["result"]["psnr"][part]


def test_it_works_without_a_run_in_the_proportions_of_the_video(record):
    made = record("invert", "--steps", "3")
    assert made["run_shape"] == [5, 8, 12] and made["share_recovered"] == 1
    assert made["inr"]["name"] == "nerf-mlp" and made["inr"]["options"]["width"] == 16
    assert "nearest" not in made["scores"] and "training latent" not in made["verdict"]
    assert record("invert", "--steps", "1", "--size", "4", "--frames", "3")["run_shape"] == [3, 4, 6]


def test_steps_bring_it_above_the_still_picture(record):
    """The optimisation is real: without it, nothing gets better."""
    none, many = record("invert", "--steps", "0"), record("invert", "--steps", "150", "--lr", "0.02")
    assert psnr(many) > psnr(none) + 3
    assert psnr(many) > many["scores"]["static"]["psnr"]["all"] + 1 and not many["below_a_still_picture"]


def test_of_a_long_video_it_says_that_each_window_takes_its_time(cli, tmp_path):
    film(tmp_path / "film", frames=13, width=16)
    words = ("invert", "film", *SMALL, "--frames", "5", "--steps", "1")
    assert "each of its 3 windows (--at SECONDS takes one of them)" in cli(*words).stderr
    assert "windows (" not in cli(*words, "--at", "0").stderr


def test_equal_seeds_give_equal_results(record, tmp_path):
    found = []
    for seed in (3, 3, 4):
        record("invert", "--steps", "2", "--seed", seed)
        found.append(load_file(tmp_path / "results/invert/film/latents.safetensors")["latents.net.0.weight"])
    assert torch.equal(found[0], found[1]) and not torch.equal(found[0], found[2])


def test_what_is_hidden_is_never_read(record, monkeypatch):
    plain = record("predict", "--observed", "2", "--steps", "3")
    taken = []

    def spoilt(batch, video, **how):
        video = inrkit.to_float(video)
        hidden = ~how["observation"].mask.expand(video.shape[:-1])
        video[hidden] = torch.nan
        taken.append(int(hidden.sum()))
        before(batch, video, **how)

    before = ClipBatch.__init__
    monkeypatch.setattr(ClipBatch, "__init__", spoilt)
    assert record("predict", "--observed", "2", "--steps", "3")["scores"] == plain["scores"] and taken == [3 * 8 * 12]


def test_it_is_rendered_later_at_any_size(cli, record):
    record("sparse-inpaint", "--steps", "2", "--keep", "0.5")
    folder = "results/sparse-inpaint/film"
    words = ("--latents", f"{folder}/latents.safetensors", "--size", "16x24", "--out", "x.mkv", "--json")
    outcome = cli("render", f"{folder}/run", *words)
    assert outcome.exit_code == 0, outcome.output
    assert json.loads(outcome.stdout)["shape"] == [5, 16, 24]
    assert cli("info", f"{folder}/run").exit_code == 0


def test_other_latents_are_refused(cli, record, run):
    record("invert", "--steps", "0")
    words = ("--latents", "results/invert/film/latents.safetensors", "--out", "x.mkv")
    outcome = cli("render", run, *words)
    assert outcome.exit_code == 2 and "another run" in outcome.stderr


def test_a_run_gives_its_network_and_the_size_of_its_clips(cli, run, tmp_path):
    film(tmp_path / "film")
    outcome = cli("invert", "film", "--direct", "--run", run, "--steps", "1", "--device", "cpu", "--json")
    (made,) = json.loads(outcome.stdout)["videos"]
    assert made["run_shape"] == [5, 8, 8] and made["inr"]["options"]["width"] == 8


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["film", "--inr", "nothing", "--direct"], "no inr 'nothing'"),
        (["film", "--direct", "--paper"], "--paper"),
        (["film", "--direct", "--size", "big"], "big"),
        (["film", "--direct", "-o", "inr.none=1"], "inr.none"),
        (["film", "--direct", "--frames", "9"], "--loop"),
        (["film", "--direct", "--fps", "nan"], "--fps"),
        (["film", "--direct", "--lr", "nan"], "fit.lr"),
        (["film", "--size", "8"], "--direct"),
        (["nowhere", "--direct"], "nowhere"),
    ],
)
def test_bad_input_is_one_message_and_nothing_is_written(cli, tmp_path, words, said):
    film(tmp_path / "film")
    outcome = cli("invert", *words)
    assert outcome.exit_code == 2 and said in outcome.stderr and "Traceback" not in outcome.output, outcome.output
    assert {path.name for path in tmp_path.iterdir()} == {"film"}


HALF = """
from torch import nn
from inrkit import INR, declare, hookimpl

class Half(INR):
    def __init__(self, config, spec):
        super().__init__()
        self.first, self.last = nn.Linear(3, 4), nn.Linear(4, 3)
        self.per_video("first")

    def forward(self, coords):
        return self.last(self.first(coords).sin())

@hookimpl
def inrkit_inrs():
    return [declare.INR(name="half", target="half_inr:Half", summary="A last layer that all videos share")]
"""


def test_it_says_what_is_shared_and_stays_untrained(cli, tmp_path, monkeypatch):
    """A decoder that all videos share comes from a run; without one it is as it was drawn."""
    film(tmp_path / "film")
    (tmp_path / "half_inr.py").write_text(HALF)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setenv("INRKIT_PLUGIN_MODULES", "half_inr")
    discovery.reset()
    words = ("film", "--direct", "--inr", "half", "--device", "cpu", "--steps", "1")
    assert "half shares 15 more numbers" in cli("invert", *words).stderr
    small = ("--frames", "5", "--size", "8", "--steps", "1", "--device", "cpu")
    trained = cli("train", "film", "--plugin", "single-inr", "--inr", "half", *small, "--out", "r")
    assert trained.exit_code == 0, trained.output
    again = cli("invert", *words, "--run", "r")
    assert again.exit_code == 0 and "shares" not in again.stderr, again.output
