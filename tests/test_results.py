"""docs/results.md is made by a command that can be killed at any time, and that touches no other table."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[1]
TINY = ["count=4", "held_out=1", "inr.width=8", "hypernetwork.width=8", "encoder.size=4", "train.batch=2"]
SMALL = [*(word for option in TINY for word in ("-o", option)), "--size", "8x8", "--frames", "5", "--steps", "10"]
OTHER = "## Moving shapes\n\nMeasured elsewhere: 12.34 dB.\n"


@pytest.fixture
def command(tmp_path):
    """The command, on the smallest of runs, with its work and its document in `tmp_path`."""
    words = [
        "--work",
        tmp_path / "work",
        "--document",
        tmp_path / "docs/results.md",
        "--count",
        "4",
        "--tasks",
        "predict",
    ]
    more = ["--train", shlex.join([*SMALL, "--device", "cpu"]), "--fit", "--steps 2 --device cpu"]
    more += ["--evaluate", "--samples 2 --device cpu -o fit.steps=2"]
    environ = os.environ | {"INRKIT_CACHE": str(tmp_path / "cache"), "OMP_NUM_THREADS": "1", "CI": "1"}
    script = [sys.executable, ROOT / "benchmarks/results.py", *words, *more]
    return lambda *also: subprocess.Popen(
        [*map(str, script), *also], cwd=tmp_path, env=environ, stderr=subprocess.PIPE, text=True
    )


def finished(process):
    said = process.communicate(timeout=250)[1]
    return process.returncode, said


def wait_for(file):
    while not file.exists():
        time.sleep(0.01)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_killed_command_goes_on_and_writes_its_section_only(command, tmp_path):
    document = tmp_path / "docs/results.md"
    document.parent.mkdir()
    document.write_text(f"# Results\n\nOld words.\n\n{OTHER}")
    first = command()
    wait_for(tmp_path / "work/toy/predict/train/ours.json")
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert document.read_text().endswith(OTHER)  # nothing half-written
    kept = (tmp_path / "work/toy/train.json").stat().st_mtime_ns

    code, said = finished(command())
    assert code == 0, said
    assert (tmp_path / "work/toy/train.json").stat().st_mtime_ns == kept and "$ inrkit train" not in said
    assert "train/ours --steps" not in said and said.count("$ inrkit predict") == 5
    assert said.count("$ inrkit evaluate") == 1
    text = document.read_text()
    assert text.index("## Toy videos") < text.index(OTHER) and "Old words" not in text
    assert text.endswith(OTHER)
    check_words(text, tmp_path)
    check_numbers(text, tmp_path)
    picture = tmp_path / "docs/images/results/toy-predict.png"
    assert f"](images/results/{picture.name})" in text and picture.stat().st_size < 300_000

    code, said = finished(command())
    assert code == 0 and "$ inrkit" not in said
    assert document.read_text() == text


def check_words(text, tmp_path):
    assert str(tmp_path) not in text and str(ROOT) not in text
    assert not re.search(r"(^|[\s`('\"=])[/~]\w", text)  # no path of this machine
    assert "    inrkit predict --observed 4 clips/ --run runs/toy --start mean --restarts 4 --steps" in text
    assert "    inrkit evaluate runs/toy --samples 2 --device cpu -o fit.steps=2\n" in text


def check_numbers(text, tmp_path):
    """All four training clips were taken, so their own reconstruction is what training measured."""
    result = json.loads((tmp_path / "work/toy/run/result.json").read_text())
    assert f"| training clips | 4 | {result['train']['psnr']:.2f} |" in text
    assert f"| training clips, reconstructed | 4 | {result['train']['psnr']:.2f} (" in text
    records = json.loads((tmp_path / "work/toy/predict/train/ours.json").read_text())["answer"]["videos"]
    for row, name in (("inrkit", "result"), ("last frame repeated", "baseline"), ("best training latent", "nearest")):
        mean = sum(record["scores"][name]["psnr"]["hidden"] for record in records) / 4
        assert f"\n| {row} | {mean:.2f} |" in text
    won = sum(r["scores"]["result"]["psnr"]["hidden"] > r["scores"]["baseline"]["psnr"]["hidden"] for r in records)
    assert re.search(rf"Training clips, inrkit: .*last frame repeated \([+-]\d+\.\d\d dB, better on {won} of 4\)", text)


def test_a_folder_that_is_not_there(command, tmp_path):
    code, said = finished(command("--shapes", "nowhere"))
    assert code == 2 and "--shapes: nowhere does not exist" in said
    assert not (tmp_path / "work").exists()


def test_a_run_that_is_none(command, tmp_path):
    code, said = finished(command("--toy", str(tmp_path)))
    assert code == 2 and f"--toy: {tmp_path} is no run" in said


def scores(decibels):
    return {"psnr": {"all": decibels}, "ssim": {"all": 0.5}}


def record(low, found):
    known = {"result": scores(found), "baseline": scores(22.0), "static": scores(18.0), "nearest": scores(25.0)}
    fit = {"steps": 9, "lr": 0.01}
    return {
        "video": "clip",
        "options": {"low": low},
        "fit": fit,
        "baseline": "bicubic",
        "seconds": 1.0,
        "scores": known,
    }


@pytest.fixture
def superresolution(monkeypatch):
    """One clip, found by us at 30 dB, by the published protocol at 35 dB from what `published` sees."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import results_table
    from results_measure import Target, Task, Way

    def figures(published, way):
        ways = [Way("ours", "ours", ""), Way("paper", "published", "", published=True)]
        task = Task(
            "superresolve",
            "Superresolution",
            "",
            {"low": 8},
            targets=[Target(way, results_table.OWN, less=1.5), Target(way, results_table.STATIC)],
        )
        found = {"ours": record(8, 30.0), "paper": record(published, 35.0)}
        answers = {("superresolve", "train", name): {"answer": {"videos": [each]}} for name, each in found.items()}
        own = {("superresolve", "train"): {"clip": scores(31.0)}}
        return SimpleNamespace(tasks=[task], ways=ways, clips={"train": ["clip"]}, answers=answers, own=own), task

    return results_table, figures


def test_what_was_set_stands_beside_what_was_reached(superresolution):
    module, figures = superresolution
    assert module.targets(figures(8, "ours")[0])[2:] == [
        "| Superresolution: ours | own reconstruction, less 1.5 dB | 29.50 | 30.00 | +0.50 |",
        "| Superresolution: ours | static frame | 18.00 | 30.00 | +12.00 |",
    ]


def test_what_sees_something_else_is_not_held_against_ours(superresolution):
    module, figures = superresolution
    [said] = module.verdicts(*figures(8, "ours"))
    assert "does not beat published (-5.00 dB" in said
    [said] = module.verdicts(*figures(20, "ours"))
    assert "published" not in said
    assert "| published, `--low 20` | 35.00 | 0.500 | 1.0 |" in module.table(*figures(20, "ours"))
    assert "| static frame | 18.00 | 0.500 |  |" in module.table(*figures(20, "ours"))


def of_clips(*values, low=None, high=None):
    mean = sum(values) / len(values)
    ends = {"low": mean - 1, "high": mean + 1} if low is None else {"low": low, "high": high}
    return {"mean": mean, **ends, "values": list(values)}


@pytest.fixture
def evaluated(monkeypatch):
    """A run that shows its training clips well and held-out ones badly; its one held-out clip has no interval."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import results_evaluation

    good = {"psnr": of_clips(30.0, 32.0), "static-floor": of_clips(20.0, 20.0), "static-gain": of_clips(10.0, 12.0)}
    good |= {"temporal": of_clips(3.0, 9.0), "temporal-still": of_clips(8.0, 8.0)}
    bad = {"psnr": of_clips(17.0), "static-gain": of_clips(-3.0)} | {"temporal": of_clips(9.0)}
    real = {"about": {"real": {"clips": 50}}}

    def figures(slerp, held_out=bad, apart=15.0):
        samples = {"nearest-psnr": of_clips(slerp), "diversity": 20.0, "diversity-real": 40.0}
        parts = [
            {"name": "reconstruction", "clips": 2, "scores": good, "notes": []},
            {"name": "held-out", "clips": 1, "scores": held_out, "notes": [] if held_out else ["not measured: none"]},
            {"name": "samples/slerp", "clips": 64, "scores": samples, "notes": ["few"], **real},
            {"name": "samples/slerp/held-out", "clips": 64, "scores": {}, "notes": ["few"], "about": {}},
            {"name": "samples/gmm", "clips": 0, "scores": {}, "notes": ["not measured: too few"], "about": {}},
        ]
        yardstick = apart and of_clips(apart)
        return SimpleNamespace(evaluation={"answer": {"parts": parts}}, apart=yardstick)

    return lambda *args, **named: results_evaluation.evaluation(figures(*args, **named))


def test_an_evaluation_stands_beside_the_static_floor_and_says_on_which_side_of_it(evaluated):
    lines = evaluated(20.0)
    row = "| training clips, reconstructed | 2 | 31.00 (30.00 to 32.00) | 20.00 | +11.00 (+10.00 to +12.00) |"
    assert f"{row}  | 6.00 (5.00 to 7.00) | 8.00 |" in lines  # SSIM has refused, and leaves its cell empty
    [said] = [line for line in lines if line.startswith("- Training clips, reconstructed: ")]
    assert "above the static frame, +11.00" in said
    assert said.endswith("; 1 of 2 move more like the truth than a still picture does.")
    assert any("in the space: below the static frame, -3.00" in line for line in lines)
    unsure = {"static-gain": of_clips(0.5, low=-0.1, high=1.1)}
    assert any("neither surely above nor below the static frame" in line for line in evaluated(20.0, unsure))
    alone = {"static-gain": {"mean": 9.0, "low": None, "high": None, "values": [9.0]}}
    assert any(line.endswith("nor below the static frame, +9.00 dB.") for line in evaluated(20.0, alone))


def test_samples_are_held_against_clips_that_no_training_has_seen(evaluated):
    lines = evaluated(20.0)
    assert "| samples of slerp | 64 | 20.00 (19.00 to 21.00) |  | 20.00 |" in lines
    assert "| training clips themselves | 50 |  |  | 40.00 |" in lines
    assert "- Samples differ from one another by 50 % (slerp) of what training clips do." in lines
    for psnr, word in ((20.0, "nearer to"), (15.5, "about as near to"), (10.0, "farther from")):
        assert any(line.startswith(f"- Samples are {word} training clips ") for line in evaluated(psnr))
    assert not any("Samples are" in line for line in evaluated(20.0, {}, None))


def test_what_was_not_measured_is_said_once(evaluated):
    lines = evaluated(20.0, {}, None)
    assert "- Held-out clips, found in the space: not measured: none." in lines
    assert "- Samples of slerp, samples of slerp beside held-out clips: few." in lines
    assert "- Samples of gmm: not measured: too few." in lines and not any("of gmm |" in line for line in lines)
