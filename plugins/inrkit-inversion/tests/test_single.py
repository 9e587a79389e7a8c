"""``inrkit fit-single``: a network of its own for every clip, as a run like any other."""

import json
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

import inrkit
from inrkit.cli import console
from inrkit.cli.app import app


@pytest.fixture
def cli(monkeypatch, tmp_path):
    """A command line in an empty folder with three films of 5 frames of 8x12, the last one short."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INRKIT_CACHE", str(tmp_path / ".cache"))
    monkeypatch.setenv("CI", "1")
    for seed, (name, frames) in enumerate({"a.mkv": 5, "b.mkv": 10, "short.mkv": 2}.items()):
        ramp = torch.linspace(0, 200, 12).expand(frames, 8, 12)[..., None].repeat(1, 1, 1, 3).to(torch.uint8)
        ramp[:, 2 + seed : 5 + seed, 4:7] = torch.arange(frames, dtype=torch.uint8).mul(50).view(-1, 1, 1, 1)
        inrkit.write_video(tmp_path / name, ramp, fps=25)
    (tmp_path / "text.mp4").write_text("no video")
    yield lambda *words: CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "150"})
    console.set_quiet(False)


SMALL = ("--frames", "5", "--device", "cpu", "-o", "width=16", "-o", "layers=1")


def single(cli, *words):
    outcome = cli("fit-single", *words, *SMALL, "--json")
    assert outcome.exit_code == 0, outcome.output
    return json.loads(outcome.stdout)


def test_many_videos_are_one_run_like_any_other(cli):
    made = single(cli, "a.mkv", "b.mkv", "--steps", "3", "--out", "run")
    assert made["files"] == ["run"] and made["clips"].startswith("3 of 5x8x12") and made["inr"] == "nerf-mlp"
    model = inrkit.load("run")
    assert made["numbers per clip"] == sum(value[0].numel() for value in model.latents.values())
    assert model.config.encoder.name == "table" and model.config.hypernetwork.name == "identity"
    drawn = {path.name for path in Path("run/samples").iterdir()}
    assert "train.png" in drawn and not drawn & {"novel.png", "interpolation.png"}  # nothing lies between them
    assert cli("info", "run").exit_code == 0
    assert cli("render", "run", "--clip", "2", "--size", "16x24", "--out", "x.mkv").exit_code == 0
    assert inrkit.read_video("x.mkv").frames.shape == (5, 16, 24, 3)


def test_bad_videos_can_be_left_out_and_are_named(cli):
    words = ("a.mkv", "text.mp4", "short.mkv", *SMALL, "--steps", "1", "--out", "run")
    refused = cli("fit-single", *words)
    assert refused.exit_code == 2 and "--skip-bad" in refused.stderr, refused.output
    outcome = cli("fit-single", *words, "--skip-bad")
    assert outcome.exit_code == 0 and "1 of 5x8x12" in outcome.stdout, outcome.output
    assert "text.mp4" in outcome.stderr and "short.mkv" in outcome.stderr


def test_steps_bring_it_above_the_still_picture(cli):
    few = single(cli, "a.mkv", "--steps", "1", "--out", "few")
    many = single(cli, "a.mkv", "--steps", "300", "--out", "many")
    assert many["psnr"] > few["psnr"] + 3 and many["above it"] > 0


def test_a_run_gives_its_network(cli):
    single(cli, "a.mkv", "--steps", "1", "--out", "one")
    assert cli("fit-single", "a.mkv", "--run", "one", "--frames", "5", "--steps", "1", "--out", "two").exit_code == 0
    assert inrkit.load("two").config.inr.options["width"] == 16


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["a.mkv", "--inr", "nothing"], "nothing"),
        (["a.mkv", "--size", "big"], "big"),
        (["a.mkv", "--fps", "nan"], "nan"),
        (["a.mkv", "-o", "inr.none=1"], "inr.none"),
        (["short.mkv"], "2 frames"),
        (["text.mp4"], "text.mp4"),
        (["gone.mp4"], "gone.mp4"),
        (["a.mkv", "gone.mp4"], "gone.mp4"),
        (["a.mkv", "text.mp4"], "text.mp4"),
        (["a.mkv", "--out", "text.mp4"], "text.mp4"),
        ([], "VIDEO"),
    ],
)
def test_bad_input_is_one_message_and_nothing_is_written(cli, tmp_path, words, said):
    before = {path.name for path in tmp_path.iterdir() if path.name != ".cache"}
    outcome = cli("fit-single", *words, "--frames", "5", "--steps", "1")
    assert outcome.exit_code == 2 and said in outcome.stderr and "Traceback" not in outcome.output, outcome.output
    assert {path.name for path in tmp_path.iterdir() if path.name != ".cache"} == before
