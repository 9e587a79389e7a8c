"""`inrkit compare`: runs in one table, from their files alone."""

import json

from inrkit.engine.runs import Run


def test_runs_beside_each_other(cli, run, train):
    assert train("--out", "other", "--steps", "3", "-o", "encoder.size=6").exit_code == 0
    shown = cli("compare", run, "other")
    assert shown.exit_code == 0, shown.output
    first, second = Run(run).result["train"], Run("other").result["train"]
    for text in ("mlp-heads", f"{first['psnr']:.2f} / {first['static_floor']:.2f} dB", f"{second['psnr']:.2f} /"):
        assert text in shown.stdout
    assert "cannot be compared" not in shown.stderr
    one, other = json.loads(cli("compare", run, "other", "--json").stdout)
    assert (one["numbers_per_video"], other["numbers_per_video"]) == (4, 6)
    assert (one["steps"], other["steps"]) == (10, 3)
    assert one["clips_sha256"] == other["clips_sha256"] and one["clips"] == 4
    assert one["held_out_psnr"] == Run(run).result["held_out"]["psnr"]
    assert one["parameters"] < other["parameters"]


def test_other_clips_are_said_to_be_others(cli, run, train):
    assert train("--out", "other", "-o", "dataset.seed=3").exit_code == 0
    assert "Not of the same clips" in cli("compare", run, "other").stderr


def test_an_unfinished_run_has_no_figures(cli, run, monkeypatch):
    (run / "result.json").unlink()
    monkeypatch.setenv("INRKIT_PLUGINS", "inrkit")  # no plugin is needed
    (facts,) = json.loads(cli("compare", run, "--json").stdout)
    assert facts["train_psnr"] is None and facts["steps"] == 10 and not facts["finished"]
    assert "(not finished)" in cli("compare", run).stdout
    for left in (run / "checkpoints").iterdir():
        left.rename(run / left.name)
    (facts,) = json.loads(cli("compare", run, "--json").stdout)
    assert facts["parameters"] is None and facts["steps"] is None


def test_what_is_no_run(cli, run, tmp_path):
    outcome = cli("compare", run, tmp_path)
    assert outcome.exit_code == 2 and "is no run" in outcome.stderr
    damaged = next((run / "checkpoints").glob("*10/model.safetensors"))
    damaged.write_bytes(b"nothing")
    outcome = cli("compare", run)
    assert outcome.exit_code == 2 and "cannot be read" in outcome.stderr
