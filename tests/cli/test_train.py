"""`inrkit train` from the outside: runs, resumption, what wins over what, what is printed."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import inrkit
from inrkit.metrics.psnr import psnr, static_floor
from inrkit.video.toy import toy_videos

PICTURES = {"train.png", "held-out.png", "novel.png", "interpolation.png", "novel.mp4", "interpolation.mp4"}


def config(folder):
    return json.loads(Path(folder, "config.json").read_text())


def result(folder):
    return json.loads(Path(folder, "result.json").read_text())


def metrics(folder):
    return [json.loads(line) for line in Path(folder, "metrics.jsonl").read_text().splitlines()]


@pytest.fixture
def no_steps(monkeypatch):
    """Any step of training is an error."""

    def one_step(*args):
        raise AssertionError("it trains")

    monkeypatch.setattr("inrkit.engine.train.Trainer.one_step", one_step)


@pytest.fixture
def dry(train):
    """The configuration that a training would have."""

    def settle(*words, inrv=train):
        outcome = inrv(*words, "--dry-run", "--json")
        assert outcome.exit_code == 0, outcome.stderr
        return json.loads(outcome.stdout)["config"]

    return settle


def test_a_run_says_what_it_was_made_from(run):
    made = config(run)
    assert (made["method"]["name"], made["encoder"]["name"]) == ("inrv", "codebook")
    assert (made["hypernetwork"]["name"], made["inr"]["name"]) == ("mlp-heads", "nerf-mlp")
    assert made["inr"]["distribution"] == "inrkit-inrv" and made["inr"]["version"] == inrkit.__version__
    assert made["data"]["clips"] == [f"toy-{i:04d}@0" for i in range(4)]
    assert made["data"]["held_out"] == ["toy-held-out-0000@0", "toy-held-out-0001@0"]
    assert (made["seed"], made["device"], made["preset"], made["train"]["steps"]) == (0, "cpu", "toy", 10)
    assert made["environment"]["torch"] == torch.__version__.partition("+")[0]
    assert {"python", "platform", "numpy", "av", "threads"} <= made["environment"].keys()


def test_metrics_are_one_object_a_line_in_order(run):
    lines = metrics(run)
    assert [line["step"] for line in lines] == list(range(1, 11))
    for line in lines:
        assert {"loss", "psnr", "seconds", "clips_per_second", "lr"} <= line.keys()
        assert all(np.isfinite(value) for value in line.values())


def test_pictures_and_videos_open(run):
    samples = {path.name for path in (run / "samples").iterdir()}
    assert samples >= PICTURES | {"step-00000010.png"}
    for path in (run / "samples").glob("*.png"):
        assert np.asarray(Image.open(path)).std() > 0
    assert inrkit.read_video(run / "samples" / "interpolation.mp4").frames.shape == (5, 8, 64, 3)


def test_the_reported_psnr_is_that_of_uint8_frames_of_the_saved_model(run):
    model = inrkit.load(run)
    truth = torch.stack([video.frames for video in toy_videos(4, 5, (8, 8))])
    rendered = inrkit.to_uint8(model.render(model.codes, (5, 8, 8)))
    error = (rendered.double() - truth.double()).square().mean((1, 2, 3, 4))
    by_hand = 10 * torch.log10(255**2 / error)
    reported = result(run)["train"]
    assert reported["psnr"] == pytest.approx(float(by_hand.mean()), abs=0.0051)
    assert reported["worst"] == pytest.approx(float(by_hand.min()), abs=0.0051)
    assert reported["static_floor"] == pytest.approx(float(static_floor(truth).mean()), abs=0.0051)
    assert reported["above_floor"] == pytest.approx(reported["psnr"] - reported["static_floor"], abs=0.011)


def test_held_out_clips_are_fitted_with_the_model_frozen(run):
    from inrkit import ClipBatch
    from inrkit.engine.finish import FIT_POINTS, FIT_STEPS
    from inrkit.interfaces.seeds import seed_of

    model = inrkit.load(run)
    truth = torch.stack([video.frames for video in toy_videos(2, 5, (8, 8), held_out=True)])
    clips = ClipBatch(truth, seed=seed_of(0, "held-out", 0))
    found = inrkit.fit(model, clips, steps=FIT_STEPS, amount=FIT_POINTS)
    expected = psnr(inrkit.to_uint8(model.render(found, (5, 8, 8))), truth)
    assert result(run)["held_out"]["psnr"] == pytest.approx(float(expected.mean()), abs=0.0051)
    assert result(run)["held_out"]["clips"] == 2


def test_a_finished_run_is_shown_and_not_trained(train, run, no_steps):
    before = {path: path.stat().st_mtime_ns for path in run.rglob("*")}
    again = train("--out", run, "--resume")
    assert again.exit_code == 0, again.stderr
    assert f"{result(run)['train']['psnr']:.2f} dB" in again.stdout and "--overwrite" in again.stdout
    assert {path: path.stat().st_mtime_ns for path in run.rglob("*")} == before


def test_resume_without_any_setting_and_from_elsewhere(cli, run, no_steps, tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert cli("train", "--resume", "--out", "../finished").exit_code == 0


@pytest.mark.parametrize(
    ("words", "difference"),
    [
        (["--seed", "1"], "seed is 0, not 1"),
        (["--steps", "11"], "train.steps is 10, not 11"),
        (["-o", "inr.width=9"], "inr.width is 8, not 9"),
        (["--size", "16"], "data.size is [8, 8], not [16, 16]"),
        (["-o", "count=5"], "dataset.count is 4, not 5"),
        (["--encoder", "table"], "encoder is codebook, not table"),
        (["--preset", "fast"], "preset is toy, not fast"),
        (["--holdout", "2"], "data.holdout is None, not 2.0"),
    ],
)
def test_resume_refuses_another_setting_by_name(train, run, no_steps, words, difference):
    refused = train("--out", run, "--resume", *words)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert difference in refused.stderr


def test_resume_of_nothing_begins(train):
    begun = train("--out", "new", "--resume", "--holdout", "0")
    assert begun.exit_code == 0, begun.stderr
    assert metrics("new")[-1]["step"] == 10
    assert "nothing held out was measured" in begun.stderr and "held_out" not in result("new")


def test_overwrite_replaces_the_run_and_nothing_else(train, run):
    (run / "notes.txt").write_text("mine")
    (run / "samples" / "old.png").write_text("old")
    assert train("--out", run).exit_code == 2
    assert train("--out", run, "--overwrite", "--seed", "3", "--holdout", "0").exit_code == 0
    assert config(run)["seed"] == 3
    assert [line["step"] for line in metrics(run)] == list(range(1, 11))
    assert (run / "notes.txt").read_text() == "mine"
    assert not (run / "samples" / "old.png").exists() and not (run / "samples" / "held-out.png").exists()


@pytest.mark.parametrize("words", [[], ["--overwrite"], ["--resume"]])
def test_a_folder_with_other_files_is_never_touched(train, tmp_path, words):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "config.json").write_text('{"model": "of something else"}')
    (tmp_path / "mine" / "thesis.tex").write_text("years of work")
    refused = train("--out", "mine", *words)
    assert refused.exit_code == 2 and "mine" in refused.stderr
    assert sorted(path.name for path in (tmp_path / "mine").iterdir()) == ["config.json", "thesis.tex"]


def test_an_old_run_survives_a_new_one_that_is_refused(train, run):
    for words in (["--encoder", "table"], ["--init-from", "nothing"], ["-o", "no.such=1"]):
        assert train("--out", run, "--overwrite", *words).exit_code == 2
    assert inrkit.load(run).codes["z"].shape == (4, 4)


def test_a_run_can_begin_with_itself(train, run):
    before = inrkit.load(run)
    outcome = train("--out", run, "--overwrite", "--init-from", run, "--holdout", "0", "-o", "train.lr=1e-12")
    assert outcome.exit_code == 0 and "its codes of 4 of 4 clips" in outcome.stderr
    after = inrkit.load(run)
    torch.testing.assert_close(after.state_dict(), before.state_dict())
    torch.testing.assert_close(after.codes, before.codes)


def test_two_trainings_in_one_folder_are_refused(train, tmp_path):
    from inrkit.engine.lock import alone_in

    (tmp_path / "busy").mkdir()
    with alone_in(tmp_path / "busy"):
        refused = train("--out", "busy")
    assert refused.exit_code == 2 and "another training is at work in busy" in refused.stderr
    assert train("--out", "busy", "--holdout", "0").exit_code == 0


def test_precedence_of_options(dry, monkeypatch, tmp_path):
    assert dry()["train"]["lr"] == 4e-3
    Path("run.toml").write_text("[train]\nlr = 0.001\nwarmup = 7\n")
    assert dry("--config", "run.toml")["train"]["lr"] == 0.001
    monkeypatch.setenv("INRKIT_TRAIN__LR", "0.002")
    assert dry("--config", "run.toml")["train"]["lr"] == 0.002
    settled = dry("--config", "run.toml", "-o", "train.lr=0.003")["train"]
    assert (settled["lr"], settled["warmup"]) == (0.003, 7)


def test_precedence_of_flags(cli, monkeypatch, tmp_path):
    def steps(*words):
        outcome = cli("train", "-p", "inrv", "--config", "run.toml", "--dry-run", "--json", *words)
        assert outcome.exit_code == 0, outcome.stderr
        return json.loads(outcome.stdout)["config"]["train"]["steps"]

    Path("run.toml").write_text("size = 8\nframes = 5\nsteps = 10\n[dataset]\ncount = 2\nheld_out = 0\n")
    assert steps() == 10
    monkeypatch.setenv("INRKIT_STEPS", "11")
    assert steps() == 11
    assert steps("-o", "train.steps=12") == 12
    assert steps("-o", "train.steps=12", "--steps", "13") == 13


@pytest.mark.parametrize("table", ["", "[train]\n"])
def test_a_file_may_hold_everything(cli, tmp_path, table):
    Path("run.toml").write_text(
        f'{table}plugin = "inrv"\nsource = "toy"\npreset = "toy"\nout = "there"\nsteps = 3\nsize = "8x9"\nframes = 5\n'
        'seed = 4\ndevice = "cpu"\ncheckpoint-every = 2\nholdout = 1\nlr = 0.001\ndevices = 1\nprecision = "float32"\n'
        "[inr]\nwidth = 8\n[encoder]\nsize = 4\n[dataset]\ncount = 3\n"
    )
    outcome = cli("train", "--config", "run.toml")
    assert outcome.exit_code == 0, outcome.stderr
    made = config("there")
    assert (made["seed"], made["data"]["clip_shape"], made["encoder"]["options"]["size"]) == (4, [5, 8, 9], 4)
    assert (made["train"]["steps"], made["train"]["lr"], made["train"]["checkpoint_every"]) == (3, 0.001, 2)
    assert made["data"]["held_out"] == ["toy-0002@0"]


def test_dry_run_prints_all_and_writes_nothing(train, tmp_path):
    outcome = train("--dry-run", "--out", "never")
    assert outcome.exit_code == 0, outcome.stderr
    for text in ("nerf-mlp", "width=8", "parameters of the hypernetwork", "GFLOP", "memory", "time", "4 to train on"):
        assert text in outcome.stdout
    assert list(tmp_path.iterdir()) == []


def test_dry_run_counts_what_a_hand_counts(train):
    estimate = json.loads(train("--dry-run", "--json", "-o", "points=1").stdout)["estimate"]
    features = 3 + 2 * (2 + 2 * 2)  # octaves: 2 in time, 2 in each direction of space
    layers = [(features, 8), (8, 8), (8, 8), (8, 8), (8, 3)]
    weights = sum(i * o + o for i, o in layers)
    assert estimate["numbers_per_video"] == {"latent": 4, "weights": weights}
    heads = 2 * len(layers)
    hidden = heads * (4 * 8 + 3 * 8 * 8)
    assert estimate["parameters"]["hypernetwork"] == hidden + heads * 4 * 8 + 9 * weights
    products = 2 * (5 * 8 * 8 * sum(i * o for i, o in layers) + hidden + 8 * weights)  # of two clips
    assert estimate["flops_per_step"] == pytest.approx(3 * 2 * products, rel=0.15)  # once forward, twice backward
    assert estimate["clips"] == {"train": 4, "held_out": 2}
    assert estimate["seconds"] == pytest.approx(10 * estimate["seconds_per_step"])


def test_json_is_alone_on_stdout(train):
    outcome = train("--out", "run", "--json", "--holdout", "0")
    printed = json.loads(outcome.stdout)
    assert printed == {"run": "run", **result("run")}
    assert "step 10 of 10" in outcome.stderr


def test_quiet_and_verbose(train):
    quiet = train("--out", "one", "-q", "--holdout", "0")
    assert quiet.exit_code == 0 and quiet.stderr == "" and "training clips" in quiet.stdout
    assert "hypernetwork" in train("--out", "two", "-v", "--holdout", "0").stderr


def test_help_shows_the_options_and_presets_of_a_plugin(cli):
    shown = cli("train", "--plugin", "inrv", "--help").stdout
    for text in ("--preset toy", "--preset paper", "method.lpips", "inr.width", "encoder.size", "train.lr", "data.fit"):
        assert text in shown
    assert cli("train", "--help").exit_code == 0
    swapped = cli("train", "--plugin", "inrv", "--inr=siren", "--help").stdout
    assert "inr.w0_hidden" in swapped and "inr.time_frequencies" not in swapped
    assert "Did you mean 'inrv'?" in cli("train", "--plugin", "inrw", "--help").stderr


def test_help_imports_no_torch():
    import subprocess

    code = "import sys; from inrkit.cli.app import app; app(['train', '-p', 'inrv', '--help'], standalone_mode=False)"
    code += "; sys.exit(' '.join({'torch', 'numpy', 'av'} & set(sys.modules)))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) in ((0, ""), (1, "\n")), ended.stderr


def noise(path, seed):
    pixels = np.random.default_rng(seed).integers(0, 255, (8, 16, 16, 3), dtype=np.uint8)
    inrkit.write_video(path, torch.from_numpy(pixels), 10)


@pytest.mark.parametrize(
    "source", ["my vidéos/", "./my vidéos", "my vidéos/../my vidéos", "list.txt", "my vidéos/1.mp4"]
)
def test_odd_paths_and_lists(cli, tmp_path, source):
    for i in range(2):
        noise(tmp_path / "my vidéos" / f"{i}.mp4", i)
    Path("list.txt").write_text("# two videos\nmy vidéos/1.mp4\n\nmy vidéos/0.mp4\n", encoding="utf-8")
    words = ["-p", "inrv", "--frames", "4", "--size", "8", "--steps", "2", "-o", "inr.width=8", "--holdout", "1"]
    begun = cli("train", source, *words, "--out", "deep/er/ünd weiter/")
    assert begun.exit_code == 0, begun.stderr
    made = config("deep/er/ünd weiter")["data"]
    last = {"list.txt": "0.mp4@0", "my vidéos/1.mp4": "1.mp4@4"}.get(source, "1.mp4@0")
    assert made["held_out"][0] == last
    assert Path(made["source"]).is_absolute() and ".." not in made["source"]
    again = cli("train", source, *words, "--out", "deep/er/../er/ünd weiter", "--resume")
    assert again.exit_code == 0 and again.stdout.count("training clips") == 2
