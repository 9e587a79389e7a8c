"""`inrkit info`: what a run is, from its files alone."""

import json

import pytest

import inrkit
from inrkit.engine.runs import Run


def test_people_see_what_matters(cli, run):
    shown = cli("info", run)
    assert shown.exit_code == 0 and shown.stderr == ""
    result = Run(run).result
    for text in (
        "(finished)",
        "inrv, preset toy",
        "encoder codebook, hypernetwork mlp-heads, inr nerf-mlp",
        "10 of 10 steps, seed 0",
        "4 of 5x8x8 from toy",
        "2 clips",
        "step-00000009, step-00000010",
        f"{result['train']['psnr']:.2f} dB",
        f"{result['held_out']['static_floor']:.2f} dB",
    ):
        assert text in shown.stdout


def test_programs_get_json(cli, run):
    facts = json.loads(cli("info", run, "--json").stdout)
    assert facts["finished"] and facts["steps"] == {"wanted": 10, "done": 10}
    assert facts["options"]["inr"]["width"] == 8
    assert facts["result"] == Run(run).result
    model = inrkit.load(run)
    assert facts["files"]["model"] == {
        "tensors": len(model.state_dict()),
        "numbers": sum(value.numel() for value in model.state_dict().values()),
    }
    assert facts["files"]["codes"] == {"tensors": 4, "numbers": 3 * 4 * 4 + 4}
    assert len(facts["model_sha256"]) == 64


def test_nothing_is_imported_that_takes_long(imported, run):
    assert imported(["info", run], ("torch", "av", "accelerate")) == []


@pytest.mark.parametrize("without", ["result.json", "checkpoints"])
def test_an_unfinished_run_says_how_to_go_on(cli, run, without):
    (run / "result.json").unlink()
    if without == "checkpoints":
        (run / "checkpoints").rename(run / "elsewhere")
    shown = cli("info", run)
    assert shown.exit_code == 0 and "(not finished)" in shown.stdout
    assert f"inrkit train --resume --out {run}" in shown.stderr
    assert ("none yet" in shown.stdout) == (without == "checkpoints")


def test_no_plugin_is_needed(cli, run, monkeypatch):
    monkeypatch.setenv("INRKIT_PLUGINS", "inrkit")
    assert cli("info", run).exit_code == 0
    refused = cli("render", run, "--clip", "0", "--out", "x.mp4")
    assert refused.exit_code in (2, 3) and refused.stderr.count("error: ") == 1


def test_what_is_damaged_is_named(cli, run):
    (run / "result.json").write_text("{")
    assert "result.json is damaged" in cli("info", run).stderr
    (run / "result.json").unlink()
    model = Run(run).newest_checkpoint() / "model.safetensors"
    model.write_bytes(model.read_bytes()[:20])
    refused = cli("info", run)
    assert refused.exit_code == 2 and "model.safetensors cannot be read" in refused.stderr


def test_a_result_that_lacks_something_is_damaged(cli, run):
    result = json.loads((run / "result.json").read_text())
    del result["train"]["clips"]
    (run / "result.json").write_text(json.dumps(result))
    refused = cli("info", run)
    assert refused.exit_code == 2
    assert "result.json is damaged: train.clips" in refused.stderr


def test_a_command_that_is_named_can_be_typed(cli, run):
    (run / "result.json").unlink()
    place = run.rename(run.with_name("my run"))
    assert f"Go on: inrkit train --resume --out '{place}'" in cli("info", place).stderr
