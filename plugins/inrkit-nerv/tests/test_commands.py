"""What a user types: a space is trained, and tasks use it; one video is fitted."""

import json

import pytest
import torch
from typer.testing import CliRunner

import inrkit
from inrkit.cli import console
from inrkit.cli.app import app

TINY = ("-o", "count=3", "-o", "held_out=1", "--frames", "4", "--size", "8x12", "--device", "cpu", "--steps", "2")
SMALL = ("-o", "inr.width=6", "--device", "cpu")


@pytest.fixture
def cli(monkeypatch, tmp_path):
    """A command line in an empty folder with a film of 5 frames of 10x12."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INRKIT_CACHE", str(tmp_path / ".cache"))
    monkeypatch.setenv("CI", "1")
    ramp = torch.linspace(0, 200, 12).expand(5, 10, 12)[..., None].repeat(1, 1, 1, 3).to(torch.uint8)
    ramp[:, 2:6, 4:7] = torch.arange(5, dtype=torch.uint8).mul(50).view(-1, 1, 1, 1)
    inrkit.write_video(tmp_path / "a.mkv", ramp, fps=25)

    def run(*words):
        outcome = CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "150"})
        assert outcome.exit_code == 0, outcome.output
        return outcome.stdout

    yield run
    console.set_quiet(False)


@pytest.mark.parametrize("encoder", ["codebook", "frame-codebook"])
def test_a_space_is_trained_and_used(cli, encoder):
    cli("train", "--plugin", "nerv", "--encoder", encoder, *TINY, *SMALL, "--out", "run")
    model = inrkit.load("run")
    assert {name: tuple(value.shape) for name, value in model.latents.items()} == {
        "codebook": {"z": (3, 64)},
        "frame-codebook": {"z": (3, 64), "frames": (3, 4, 8)},
    }[encoder]
    cli("predict", "a.mkv", "--run", "run", "--steps", "2", "--observed", "2", "--out", "predicted")
    assert inrkit.read_video("predicted/a/result.mp4").frames.shape[1:] == (10, 12, 3)


def test_embeddings_of_frames(cli):
    cli("train", "--plugin", "hnerv", *TINY, *SMALL, "--out", "run")
    model = inrkit.load("run")
    assert model.latents["embedding"].shape == (3, 4, 8, 2, 3)
    cli("invert", "a.mkv", "--run", "run", "--steps", "2", "--out", "found")
    cli("render", "run", "--clip", "0", "--frames", "7", "--size", "16x24", "--out", "x.mkv")
    assert inrkit.read_video("x.mkv").frames.shape == (7, 16, 24, 3)


@pytest.mark.parametrize("name", ["nerv", "hnerv"])
def test_one_video_well(cli, name):
    words = ("fit-single", "a.mkv", "--inr", name, "--frames", "5", "--size", "9x12", *SMALL, "--json")
    made = json.loads(cli(*words, "--steps", "200", "--out", "single"))
    assert made["above it"] > 3


def test_a_network_of_its_own_without_a_run(cli):
    cli("invert", "a.mkv", "--direct", "--inr", "nerv", "--at", "0", "--steps", "2", *SMALL, "--out", "direct")
