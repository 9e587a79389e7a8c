"""`inrkit convert` from the command line, with a file in the official format that the test writes."""

import json
from pathlib import Path

import pytest
import torch

import inrkit

COUNTS = [5 * 15, 5, 5 * 5, 5, 3 * 5, 3]
"""Numbers in the tensors of an INR of width 5 with 2 octaves and one hidden-to-hidden layer."""


@pytest.fixture
def official(tmp_path):
    """A checkpoint of three codes of six numbers."""
    draw = torch.Generator().manual_seed(0)
    state = {"latent_codes.weight": torch.randn(3, 6, generator=draw)}
    for head, count in enumerate(COUNTS):
        for layer, (inputs, outputs) in enumerate([(6, 8), (8, 8), (8, count)]):
            name = f"hyper_net.nets.{head}.net.{layer}.0"
            state[f"{name}.weight"] = torch.randn(outputs, inputs, generator=draw)
            state[f"{name}.bias"] = torch.randn(outputs, generator=draw)
    torch.save({"model": state}, tmp_path / "official.pth")
    return state


def test_a_run_comes_out_that_can_be_shown_and_rendered(cli, official):
    outcome = cli("convert", "official.pth", "--out", "imported")
    assert outcome.exit_code == 0 and outcome.stderr == ""
    for text in ("(imported)", "official.pth: 37 tensors, all kept", "3 of 25x100x100", "inrkit render imported"):
        assert text in outcome.stdout
    assert cli("info", "imported").exit_code == 0
    assert cli("render", "imported", "--clip", "2", "--size", "8", "--frames", "3", "--out", "x.mp4").exit_code == 0
    assert inrkit.read_video("x.mp4").frames.shape == (3, 8, 8, 3)


def test_its_figures_are_those_of_the_file(cli, official):
    facts = json.loads(cli("convert", "official.pth", "--out", "imported", "--plugin", "inrv", "--json").stdout)
    assert (facts["clips"], facts["imported"]["tensors"]) == (3, len(official))
    model = inrkit.load("imported")
    assert torch.equal(model.codes["z"], official["latent_codes.weight"])
    hidden = official["latent_codes.weight"]
    for layer in range(3):
        name = f"hyper_net.nets.0.net.{layer}.0"
        hidden = hidden @ official[f"{name}.weight"].T + official[f"{name}.bias"]
        hidden = hidden.relu() if layer < 2 else hidden
    torch.testing.assert_close(model.hypernetwork(model.codes)["net.0.weight"].flatten(1), hidden)


def test_an_imported_run_replaces_another_only_if_told(cli, official, run):
    assert cli("convert", "official.pth", "--out", run).exit_code == 2
    assert len(inrkit.load(run).codes["z"]) == 4
    assert cli("convert", "official.pth", "--out", run, "--overwrite").exit_code == 0
    assert len(inrkit.load(run).codes["z"]) == 3
    assert not (run / "result.json").exists()


@pytest.mark.parametrize("case", ["missing", "text", "cut", "other tensors", "unread key", "no importer", "in the way"])
def test_what_is_refused(cli, official, tmp_path, case):
    text, words = "official.pth", []
    if case == "missing":
        Path("official.pth").unlink()
    elif case == "text":
        Path("official.pth").write_text("no checkpoint")
    elif case == "cut":
        Path("official.pth").write_bytes(Path("official.pth").read_bytes()[:-500])
    elif case == "other tensors":
        torch.save({"weight": torch.zeros(3)}, "official.pth")
    elif case == "unread key":
        torch.save({"model": official, "ema": {}}, "official.pth")
        text = "ema"
    elif case == "no importer":
        text, words = "inrw", ["--plugin", "inrw"]
    else:
        Path("new").write_text("mine")
        text = "new exists and is no run"
    before = sorted(tmp_path.rglob("*"))
    refused = cli("convert", "official.pth", "--out", "new", *words)
    assert (refused.exit_code, refused.stdout) == (2, ""), refused.output
    assert refused.stderr.count("error: ") == 1 and text in refused.stderr
    assert sorted(tmp_path.rglob("*")) == before
