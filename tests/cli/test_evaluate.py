"""`inrkit evaluate`: what it measures, what it says of it, and what it refuses."""

import json
import shutil
from pathlib import Path

import pytest
import torch

import inrkit
from inrkit.cli import evaluate_show
from inrkit.engine import evaluate as engine
from inrkit.engine.runs import Run
from inrkit.metrics.psnr import psnr
from inrkit.video.toy import toy_videos

FEW = ["--samples", "6", "--sampler", "slerp", "--metrics", "psnr,nearest,diversity"]


def measured(outcome):
    assert outcome.exit_code == 0, outcome.output
    return json.loads(outcome.stdout)


def parts_of(document):
    return {part["name"]: part for part in document["parts"]}


@pytest.fixture
def film(tmp_path):
    """A folder of three videos of 10 frames."""
    for video in toy_videos(3, 10, (16, 16), 3):
        inrkit.write_video(tmp_path / "film" / f"{video.name}.mkv", video.frames, video.fps)
    return tmp_path / "film"


@pytest.fixture
def run_of_files(cli, film):
    """A tiny run of the first four clips of that folder, the last two held out."""
    words = ["--frames", "5", "--size", "8x8", "--holdout", "1", "--steps", "2", "-o", "inr.width=8"]
    more = ["-o", "hypernetwork.width=8", "-o", "encoder.size=4", "--device", "cpu", "--out", "of-files"]
    assert cli("train", "film", "-p", "inrv", *words, *more).exit_code == 0
    return Path("of-files")


def test_a_run_is_measured(cli, run):
    document = measured(cli("evaluate", run, *FEW, "--json"))
    assert document == json.loads((run / "evaluation.json").read_text())
    model, result = inrkit.load(run), Run(run).result
    assert (document["run"], document["step"], document["seed"]) == (model.content, 10, 0)
    parts = parts_of(document)
    assert list(parts) == ["reconstruction", "held-out", "samples/slerp", "samples/slerp/held-out"]
    own = parts["reconstruction"]
    assert own["clips"] == len(own["scores"]["psnr"]["values"]) == 4
    assert own["scores"]["psnr"]["mean"] == pytest.approx(result["train"]["psnr"], abs=0.006)
    assert own["scores"]["static-floor"]["mean"] == pytest.approx(result["train"]["static_floor"], abs=0.006)
    held = parts["held-out"]["scores"]
    assert held["static-floor"]["mean"] == pytest.approx(result["held_out"]["static_floor"], abs=0.006)
    for score in (own["scores"]["psnr"], held["psnr"], parts["samples/slerp"]["scores"]["nearest-psnr"]):
        assert min(score["values"]) <= score["low"] < score["mean"] < score["high"] <= max(score["values"])
    real = [parts[name]["about"]["real"] for name in ("samples/slerp", "samples/slerp/held-out")]
    assert [(each["set"], each["clips"]) for each in real] == [("training", 4), ("held-out", 2)]
    assert measured(cli("evaluate", run, *FEW, "--json")) == document
    alone = parts_of(measured(cli("evaluate", run, *FEW, "--json", "--batch", "1")))["reconstruction"]["scores"]["psnr"]
    assert alone["values"] == pytest.approx(own["scores"]["psnr"]["values"], abs=0.01)


def test_a_run_is_measured_at_another_size(cli, run_of_files, monkeypatch):
    shapes = []
    render = inrkit.VideoModel.render
    monkeypatch.setattr(inrkit.VideoModel, "render", lambda *a: shapes.append(a[2]) or render(*a))
    found = parts_of(measured(cli("evaluate", run_of_files, *FEW, "--size", "12x14", "-o", "fit.steps=2", "--json")))
    assert set(shapes) == {(5, 12, 14)}
    assert "measured at 12x14, trained at 8x8" in found["reconstruction"]["notes"]
    train, _ = inrkit.engine.plan.clips_again(Run(run_of_files).config, inrkit.engine.reporter.Reporter())
    assert found["samples/slerp"]["about"]["real"]["clips"] == len(train) == found["reconstruction"]["clips"]
    own = parts_of(measured(cli("evaluate", run_of_files, *FEW, "-o", "fit.steps=2", "--json")))
    assert own["reconstruction"]["scores"]["static-floor"] != found["reconstruction"]["scores"]["static-floor"]
    for words, says in ((["--size", "0"], "no size"), (["--size", "9", "--tasks", "predict"], "exclude each other")):
        refused = cli("evaluate", run_of_files, *words)
        assert refused.exit_code == 2 and says in refused.stderr


def test_python_measures_the_same(cli, run):
    document = measured(cli("evaluate", run, *FEW, "-o", "fit.steps=2", "--json"))
    (run / "evaluation.json").unlink()
    choices = {"metrics": ["psnr", "nearest", "diversity"], "samplers": ["slerp"], "samples": 6}
    found = inrkit.evaluate(run, device="cpu", set={"fit.steps": 2}, **choices)
    assert found["parts"] == document["parts"]
    assert found == json.loads((run / "evaluation.json").read_text())
    for wrong, says in (({"sampels": 6}, "Did you mean 'samples'"), ({"samples": 0}, "greater than or equal to 1")):
        with pytest.raises(inrkit.BadInput, match=says):
            inrkit.evaluate(run, **wrong)


def test_tables_for_people(cli, run):
    shown = cli("evaluate", run, *FEW, "--tasks", "predict")
    assert shown.exit_code == 0, shown.output
    for text in ("reconstruction (4)", "static-floor", "slerp (6)", "predict/held-out (2), hidden pixels"):
        assert text in shown.stdout
    assert "last frame" in shown.stdout and "nearest-psnr" in shown.stdout and "nearest-index" not in shown.stdout


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ((20.618, 18.551, 23.6949), "20.62 [18.55, 23.69]"),
        ((0.56857, 0.50536, 0.6144), "0.569 [0.505, 0.614]"),
        ((0.01234, 0.0101, 0.0199), "0.0123 [0.0101, 0.0199]"),
        ((-1e-9, -2e-8, 3e-9), "0.000 [0.000, 0.000]"),
        ((1.5, None, None), "1.500"),
        ((None, None, None), "-"),
    ],
)
def test_numbers_of_tables(values, shown):
    assert evaluate_show.number(dict(zip(("mean", "low", "high"), values, strict=True))) == shown


def test_tasks_stand_beside_their_trivial_answers(cli, run):
    words = ["--metrics", "psnr,temporal", "--tasks", "predict,invert", "-o", "observed=2", "-o", "fit.steps=3"]
    parts = parts_of(measured(cli("evaluate", run, *words, "--json")))
    both = [f"task/{task}/{side}" for task in ("predict", "invert") for side in ("training", "held-out")]
    assert list(parts) == ["reconstruction", "held-out", *both]
    part = parts["task/predict/held-out"]
    assert part["about"]["task"]["baseline"] == "last frame repeated"
    assert part["about"]["task"]["options"] == {"observed": 2} and part["about"]["task"]["fit"]["steps"] == 3
    clips = [video.frames for video in toy_videos(2, 5, (8, 8), 0, held_out=True)]
    last = torch.stack([clip[[0, 1, 1, 1, 1]] for clip in clips])
    hidden = torch.zeros(5, 8, 8, dtype=torch.bool)
    hidden[2:] = True
    expected = psnr(last, torch.stack(clips), hidden)
    assert part["scores"]["baseline/psnr/hidden"]["values"] == pytest.approx(expected.tolist(), abs=1e-6)
    assert "psnr/observed" in part["scores"] and "nearest/temporal" in part["scores"]
    assert "psnr/hidden" not in parts["task/invert/training"]["scores"]


def test_a_checkpoint_and_all_of_them(cli, run):
    words = ["--metrics", "psnr", "--clips", "2", "-o", "fit.steps=2"]
    document = measured(cli("evaluate", run, *words, "--all-checkpoints", "--json"))
    assert [each["step"] for each in document["checkpoints"]] == [9, 10]
    assert document["checkpoints"][1]["parts"] == document["parts"]
    first = measured(cli("evaluate", run, *words, "--checkpoint", "9", "--json"))
    assert first["parts"] == document["checkpoints"][0]["parts"] != document["parts"]
    assert "2 of 4 clips were measured, spread evenly" in first["parts"][0]["notes"]
    shown = cli("evaluate", run, *words, "--all-checkpoints").stdout
    assert "   9 " in shown and "  10 " in shown
    many = cli("evaluate", run, *FEW, "--all-checkpoints", "-o", "fit.steps=2").stdout
    rows = iter(many.splitlines())
    means = next(line for line in rows if line.startswith("   9 "))
    assert "[" not in means and next(rows).count("[") == 4


def test_the_paper_s_protocol_says_what_it_hides(cli, run):
    words = ["--metrics", "psnr,nearest", "--samples", "40", "--paper", "-o", "fit.steps=2"]
    document = measured(cli("evaluate", run, *words, "--json"))
    parts = parts_of(document)
    assert document["paper"] and list(parts) == ["reconstruction", "held-out", "samples/slerp"]
    part = parts["samples/slerp"]
    assert part["about"]["sampler"]["options"] == {"ends": True} and part["about"]["real"]["set"] == "training"
    said = " ".join(part["notes"])
    assert "end points" in said and "held-out" in said and "lossy" in said
    fit = parts["held-out"]["about"]["fit"]
    assert (fit["start"], fit["lr"], fit["steps"]) == ("random", 1e-4, 2)


def test_clips_that_were_trained_on_are_no_held_out_ones(cli, run_of_files, film):
    words = ["--metrics", "psnr", "-o", "fit.steps=2"]
    own = cli("evaluate", run_of_files, *words)
    assert own.exit_code == 0 and "trained on" not in own.output
    outcome = cli("evaluate", run_of_files, *words, "--held-out", film, "--json")
    warning = f"4 of 6 clips of {film} were trained on: the same pixels (sha256) are in the training set"
    assert f"warning: {warning}\n" in outcome.stderr
    part = parts_of(measured(outcome))["held-out"]
    assert warning in part["notes"] and part["clips"] == 6


def test_other_real_videos_and_mixed_sizes(cli, run_of_files, tmp_path):
    for number, size in enumerate(((16, 24), (40, 32))):
        frames = torch.randint(0, 255, (5, *size, 3), dtype=torch.uint8)
        inrkit.write_video(tmp_path / "real" / f"{number}.mkv", frames, 10)
    words = ["--metrics", "nearest,diversity", "--samples", "3", "--sampler", "gaussian", "--real", "real"]
    parts = parts_of(measured(cli("evaluate", run_of_files, *words, "--json")))
    assert list(parts) == ["samples/gaussian", "samples/gaussian/real"]
    assert parts["samples/gaussian/real"]["about"]["real"]["clips"] == 2


def test_what_cannot_be_measured_is_named(cli, run_of_files, film):
    """The training videos are gone: what needs them is not measured, the rest is."""
    other = film.rename(film.parent / "elsewhere")
    words = ["--metrics", "psnr,nearest", "--samples", "3", "--sampler", "slerp", "-o", "fit.steps=2"]
    outcome = cli("evaluate", run_of_files, *words, "--held-out", other, "--json")
    assert "warning: the training clips are not there" in outcome.stderr
    parts = parts_of(measured(outcome))
    for name in ("reconstruction", "samples/slerp"):
        assert parts[name]["scores"] == {} and "not measured" in parts[name]["notes"][0]
    assert parts["held-out"]["clips"] == 6 and parts["samples/slerp/held-out"]["clips"] == 3
    (run_of_files / "evaluation.json").unlink()
    nothing = cli("evaluate", run_of_files, *words)
    assert nothing.exit_code == 2 and "nothing of of-files can be measured" in nothing.stderr
    assert not (run_of_files / "evaluation.json").exists()


def test_a_run_without_a_space(cli, film):
    small = ["--frames", "5", "--size", "8", "--steps", "2", "--limit", "2", "-o", "inr.width=8", "--device", "cpu"]
    assert cli("train", "film", "-p", "single-inr", *small, "--out", "single").exit_code == 0
    words = ["--metrics", "psnr,nearest", "--tasks", "predict", "--held-out", film, "--json"]
    parts = parts_of(measured(cli("evaluate", "single", *words)))
    assert parts.pop("reconstruction")["scores"]["psnr"]["mean"] > 0
    assert len(parts) == 9
    for part in parts.values():
        assert "there is no space" in part["notes"][0] and part["scores"] == {}


def test_a_full_disk_leaves_the_old_file_and_shows_the_numbers(cli, run, monkeypatch):
    (run / "evaluation.json").write_text("old")

    def full(path, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(engine, "write_atomically", full)
    outcome = cli("evaluate", run, "--metrics", "psnr", "--clips", "1")
    assert outcome.exit_code == 1 and "No space left on device" in outcome.stderr
    assert "reconstruction (1)" in outcome.stdout and (run / "evaluation.json").read_text() == "old"


class Detector(torch.nn.Module):
    """Called as StyleGAN-V calls I3D."""

    def forward(
        self, x: torch.Tensor, rescale: bool = False, resize: bool = False, return_features: bool = False
    ) -> torch.Tensor:
        return x.mean(dim=[3, 4]).flatten(1)


@pytest.mark.filterwarnings("ignore")  # torch.jit is on its way out; files made with it are not
def test_fvd_by_a_detector_in_a_file(cli, run):
    torch.jit.script(Detector()).save("detector.pt")
    words = ["evaluate", run, "--metrics", "fvd", "--samples", "6", "-o", "fvd.protocol=fvd6_5f", "--json"]
    first = measured(cli(*words, "--detector", "detector.pt", "--allow-torchscript", "--paper"))
    (part,) = first["parts"]
    assert list(part["scores"]) == ["fvd6_5f_real4"]
    about = part["about"]["fvd"]
    assert (about["verified"], about["real_clips"], about["rendered_clips"]) == ("unverified detector", 4, 6)
    assert any(note.startswith("fvd: 4 real and 6 rendered clips") for note in part["notes"])
    again = measured(cli(*words, "--detector", "detector.pt", "--allow-torchscript", "--sampler", "slerp"))
    ours, held = again["parts"]
    assert ours["about"]["fvd"]["real_statistics"] == "from the cache" != about["real_statistics"]
    assert ours["about"]["real"]["sha256"] == part["about"]["real"]["sha256"] != held["about"]["real"]["sha256"]
    assert ours["scores"] != part["scores"]  # without end points
    shown = cli(*words[:-1], "--detector", "detector.pt", "--allow-torchscript", "--sampler", "slerp").stdout
    assert "\nsamples/slerp, samples/slerp/held-out: fvd: unverified detector: detector.pt" in shown
    assert shown.count("unverified detector") == 1 and shown.count("this is not fvd6_5f") == 2  # their counts differ
    refused = cli(*words, "--detector", "detector.pt")
    assert refused.exit_code == 2 and "--allow-torchscript" in refused.stderr


REFUSED = {
    "no run": "evaluate nowhere",
    "no such checkpoint": "evaluate finished --checkpoint 3",
    "one checkpoint and all": "evaluate finished --checkpoint 9 --all-checkpoints",
    "an unknown metric": "evaluate finished --metrics psnrr",
    "an unknown sampler": "evaluate finished --sampler slurp",
    "an unknown task": "evaluate finished --tasks predikt",
    "a task that recovers nothing": "evaluate finished --tasks sample",
    "a task that clips do not allow": "evaluate finished --tasks predict -o observed=9",
    "an unknown option of a metric": "evaluate finished --metrics nearest -o nearest.finalist=3",
    "samples that no metric looks at": "evaluate finished --metrics psnr --sampler slerp",
    "a task that no metric looks at": "evaluate finished --metrics nearest --tasks invert",
    "real videos that no metric looks at": "evaluate finished --metrics psnr --real film",
    "held-out videos that no metric looks at": "evaluate finished --metrics nearest --paper --held-out film",
    "fewer samples than a metric can bear": "evaluate finished --metrics diversity --samples 1",
    "held-out videos that are not there": "evaluate finished --held-out gone",
    "held-out videos shorter than a clip": "evaluate finished --held-out short.mkv",
    "a detector without a metric for it": "evaluate finished --metrics psnr --detector film",
    "the published protocol with another sampler": "evaluate finished --paper --sampler gmm",
    "an unknown device for metrics": "evaluate finished --metrics-device banana",
    "a folder to write into that is not there": "evaluate finished --out gone/x.json",
    "metrics of sets during a training": "train -p inrv --out new --eval-every 5 --eval-metrics nearest",
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input(cli, run, film, rows, tmp_path, case):
    inrkit.write_video(tmp_path / "short.mkv", torch.zeros(3, 8, 8, 3, dtype=torch.uint8), 10)
    before = sorted(tmp_path.rglob("*"))
    outcome = cli(*REFUSED[case].split())
    code, parts = rows("Evaluations")[case]
    assert (outcome.exit_code, outcome.stdout) == (code, ""), outcome.output
    assert outcome.stderr.count("error: ") == 1 and "Traceback" not in outcome.stderr
    for part in parts:
        assert part in outcome.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_no_checkpoint(cli, run, rows):
    shutil.rmtree(run / "checkpoints")
    outcome = cli("evaluate", run)
    code, (text,) = rows("Evaluations")["no checkpoint"]
    assert outcome.exit_code == code and text in outcome.stderr


def test_every_row_has_its_test(rows):
    assert set(rows("Evaluations")) == {*REFUSED, "no checkpoint"}
