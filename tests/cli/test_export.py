"""`inrkit export`: a space to share, which is used as a run is; and `inrkit compare`."""

import json

import pytest
import torch

import inrkit


def rendered(folder):
    model = inrkit.load(folder)
    return inrkit.to_uint8(model.render(model.latents, (7, 16, 16)))


def test_a_space_shows_the_very_same_pixels(cli, run):
    outcome = cli("export", run, "--out", "space")
    assert outcome.exit_code == 0 and "of a run of" in outcome.stdout
    assert torch.equal(rendered("space"), rendered(run))
    assert inrkit.load("space").content == inrkit.load(run).content  # latents found in one are of the other
    assert cli("sample", "--run", run, "-n", "2").exit_code == 0
    assert cli("render", "space", "--latents", "results/sample/latents.safetensors", "--out", "x.gif").exit_code == 0


def test_it_holds_nothing_of_the_training(cli, run, tmp_path):
    facts = json.loads(cli("export", run, "--out", "space", "--json").stdout)
    step = "checkpoints/step-00000010"
    names = [
        f"{step}/codes.safetensors",
        f"{step}/model.safetensors",
        f"{step}/state.json",
        "config.json",
        "result.json",
    ]
    assert list(facts["files"]) == names
    assert facts["bytes"] == sum((tmp_path / "space" / name).stat().st_size for name in names)
    codes = (tmp_path / "space" / names[0]).read_bytes()
    assert b"codes.z" in codes and b"exp_avg" not in codes
    outcome = cli("info", "space")
    assert "exported as float32" in outcome.stdout and "Go on" not in outcome.stderr


def test_no_folder_of_this_machine_is_shared(cli, run, tmp_path):
    config = json.loads((run / "config.json").read_text())
    config["data"]["source"] = config["init_from"] = config["data"]["val"] = "/home/somebody/films"
    (run / "config.json").write_text(json.dumps(config))
    assert cli("export", run, "--out", "space").exit_code == 0
    text = (tmp_path / "space/config.json").read_text()
    assert "somebody" not in text and json.loads(text)["data"]["source"] == "films"


def test_half_the_size_and_almost_the_same_pixels(cli, run):
    whole, half = (
        json.loads(cli("export", run, "--out", out, "--json", *words).stdout)
        for out, words in (("whole", []), ("half", ["--bf16"]))
    )
    name = "checkpoints/step-00000010/model.safetensors"
    assert half["files"][name] < 0.7 * whole["files"][name]
    apart = (rendered("half").float() - rendered(run).float()).abs()
    assert 0 < apart.mean() < 2
    assert half["model_sha256"] != whole["model_sha256"]


@pytest.mark.parametrize("words", [[], ["--dry-run"]])
@pytest.mark.parametrize("finished", [True, False])
def test_a_space_cannot_be_resumed_and_says_so(cli, run, tmp_path, finished, words):
    assert cli("export", run, "--out", "space").exit_code == 0
    if not finished:
        (tmp_path / "space/result.json").unlink()
    outcome = cli("train", "--resume", "--out", "space", *words)
    assert outcome.exit_code == 2, outcome.output
    assert "is an exported space" in outcome.stderr and outcome.stderr.count("error: ") == 1
    assert "--init-from space" in outcome.stderr


def test_another_training_begins_with_it(cli, run, train):
    assert cli("export", run, "--out", "space").exit_code == 0
    outcome = train("--out", "next", "--init-from", "space", "--steps", "1", "--quiet")
    assert outcome.exit_code == 0, outcome.output
    begun, before = inrkit.load("next").codes["z"], inrkit.load(run).codes["z"]
    assert (begun - before).abs().max() < 0.1


def test_an_earlier_checkpoint(cli, run, tmp_path):
    assert cli("export", run, "--out", "space", "--checkpoint", "9").exit_code == 0
    model = inrkit.load(run, checkpoint=9)
    assert inrkit.load("space").content == model.content
    assert not (tmp_path / "space/result.json").exists()  # it was measured later


def test_what_cannot_be_exported(cli, run, tmp_path):
    def refused(said, *words):
        outcome = cli("export", *words)
        assert outcome.exit_code == 2 and said in outcome.stderr, outcome.output

    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine.txt").write_text("mine")
    refused("full exists", run, "--out", "full")
    refused("is no run", "full", "--out", "space")
    refused("no checkpoint of step 3", run, "--out", "space", "--checkpoint", "3")
    assert not (tmp_path / "space").exists() and (tmp_path / "full/mine.txt").read_text() == "mine"
    damaged = next((run / "checkpoints").glob("*10/model.safetensors"))
    damaged.write_bytes(damaged.read_bytes()[:-9])
    refused("cannot be read", run, "--out", "space")
    assert not (tmp_path / "space").exists()


def test_a_full_disk_leaves_nothing(cli, run, tmp_path, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("inrkit.engine.export.write_atomically", full)
    outcome = cli("export", run, "--out", "space")
    assert outcome.exit_code == 1 and "No space left" in outcome.stderr
    assert not (tmp_path / "space").exists()
