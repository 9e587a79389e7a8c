"""Bad input: one message that names the thing, the reason and the next step; the right code; nothing written."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

import inrkit
from inrkit import BadInput, write_video

REFUSED = {
    "an unknown plugin": "--plugin inrw",
    "an unknown preset": "--preset fats",
    "an unknown key": "-o stesp=3",
    "an unknown key of a section": "-o inr.widht=3",
    "a key of several sections": "-o width=3",
    "no option": "-o steps",
    "a wrong type": "-o train.lr=fast",
    "a value out of range": "--steps 0",
    "a schedule that is none": "--progressive 25:200,9:3",
    "an infinite rate": "-o train.lr=inf",
    "a value that is no number": "-o train.lr=nan",
    "an unknown component": "--inr nerf-mpl",
    "a missing source": "-p inrv nowhere.mp4",
    "a data set without a copy": "-p inrv how2sign-faces",
    "weights of CLIP that are none": "--encoder videoclip -o encoder.weights=text.mp4",
    "an empty name": "",
    "an empty folder": "-p inrv empty",
    "a source that is no video": "-p inrv text.mp4",
    "clips longer than the videos": "-p inrv short.mp4 --frames 99",
    "an immense size": "--size 99999",
    "no size": "--size 0x8",
    "no way to fit": "--fit stretch",
    "a negative seed": "--seed -1",
    "too much held out": "-p inrv short.mp4 --frames 4 --holdout 9",
    "half a video held out": "--holdout 1.5",
    "no end of videos held out": "--holdout inf",
    "two ways to hold out": "--holdout 1 --val short.mp4",
    "held-out videos that are not there": "--val nowhere",
    "a device that is not here": "--device cuda:77",
    "an unknown device": "--device banana",
    "half a device": "--device cpu:",
    "no devices": "--devices 0",
    "another precision": "--precision fp8",
    "opposites": "--resume --overwrite",
    "beginning from nothing": "--init-from nowhere",
    "a missing file of options": "--config nowhere.toml",
    "a file of options that is a folder": "--config empty",
    "a file of options that is no TOML": "--config text.mp4",
    "a file with an unknown key": "--config typo.toml",
    "a file with a flag of one call": "--config resume.toml",
    "a file with text for a seed": "--config seed.toml",
    "a file with a number for a name": "--config name.toml",
    "a file in the way": "--out text.mp4",
    "a folder in the way": "--out full",
    "a folder that holds a run": "--out finished",
}
"""What is wrong, to the words of `inrkit train`; the code and the message stand in docs/errors.md."""


@pytest.fixture
def things(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    (tmp_path / "text.mp4").write_text("no video, no [TOML")
    (tmp_path / "typo.toml").write_text("[train]\nstesp = 3\n")
    (tmp_path / "resume.toml").write_text("resume = true\n")
    (tmp_path / "seed.toml").write_text('seed = "three"\n')
    (tmp_path / "name.toml").write_text("preset = 3\n")
    write_video(tmp_path / "short.mp4", torch.zeros(8, 16, 16, 3, dtype=torch.uint8), 10)


def is_refused(outcome, code, *parts):
    assert outcome.exit_code == code, outcome.output
    assert outcome.exception is None or isinstance(outcome.exception, SystemExit)
    assert outcome.stdout == ""
    assert outcome.stderr.count("error: ") == 1 and "Traceback" not in outcome.stderr
    for part in parts:
        assert part in outcome.stderr
    message = outcome.stderr[outcome.stderr.index("error: ") :].rstrip("\n").splitlines()
    assert len(message) <= 2, "one line, and one of what to do"


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_of_train(cli, train, things, run, tmp_path, rows, case):
    before = sorted(tmp_path.rglob("*"))
    code, parts = rows("Trainings")[case]
    arguments = REFUSED[case].split() or [""]
    toy = "-p" not in arguments  # toy videos have options of their own
    is_refused(train("--out", "new", *arguments) if toy else cli("train", "--out", "new", *arguments), code, *parts)
    assert sorted(tmp_path.rglob("*")) == before


def test_every_row_has_its_test(rows):
    assert set(rows("Trainings")) == set(REFUSED)
    assert set(rows("Runs")) == set(DAMAGE)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("--clip 4", "The run has 4 training clips: 0 to 3."),
        ("--clip -1", "there is no clip -1"),
        ("--clip 0 --size big", "'big' is no size"),
        ("--clip 0 --out x.avi", "Use one of .mp4, .gif, .png"),
        ("--clip 0 --checkpoint 3", "It has 9, 10."),
        ("--clip 0 --device banana", "unknown device"),
    ],
)
def test_bad_input_of_render(cli, run, tmp_path, words, text):
    out = [] if "--out" in words else ["--out", "x.mp4"]
    is_refused(cli("render", run, *words.split(), *out), 2, text)
    assert [path.name for path in tmp_path.iterdir()] == ["finished"]


@pytest.mark.parametrize("words", ["--clip 0 --frames 0", "--clip 0 --fps 0", "", "--clip one"])
def test_flags_that_cannot_be_read(cli, run, tmp_path, words):
    refused = cli("render", run, *words.split(), "--out", "x.mp4")
    assert refused.exit_code == 2 and refused.stdout == ""
    assert not (tmp_path / "x.mp4").exists()


def film(path):
    write_video(path, torch.zeros(8, 16, 16, 3, dtype=torch.uint8), 10)


def newest(run):
    return sorted((run / "checkpoints").iterdir())[-1]


def cut_model(run):
    path = newest(run) / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])


def empty_model(run):
    (newest(run) / "model.safetensors").write_bytes(b"")


def foreign_model(run):
    save_file({"weight": torch.zeros(3)}, newest(run) / "model.safetensors")


def fewer_codes(run):
    path = newest(run) / "codes.safetensors"
    save_file({name: value[:3].clone() for name, value in load_file(path).items()}, path)


def no_codes(run):
    (newest(run) / "codes.safetensors").unlink()


def bad_state(run):
    (newest(run) / "state.json").write_text("{")


def no_checkpoints(run):
    shutil.rmtree(run / "checkpoints")


def cut_config(run):
    path = run / "config.json"
    path.write_text(path.read_text()[:300])


def no_config(run):
    (run / "config.json").unlink()


def edit(run, change):
    path = run / "config.json"
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def immense_model(run):
    """A header that claims 10^12 numbers."""
    path = newest(run) / "model.safetensors"
    data = path.read_bytes()
    size = int.from_bytes(data[:8], "little")
    said = json.loads(data[8 : 8 + size])
    said[min(set(said) - {"__metadata__"})]["shape"] = [10**6, 10**6]
    new = json.dumps(said).encode()
    path.write_bytes(len(new).to_bytes(8, "little") + new + data[8 + size :])


def pickled_model(run):
    torch.save({"weight": torch.zeros(3)}, newest(run) / "model.safetensors")


def model_of_another_shape(run):
    path = newest(run) / "model.safetensors"
    tensors = load_file(path)
    name = min(tensors)
    save_file(tensors | {name: torch.zeros(7, 7)}, path)


def model_of_no_numbers(run):
    path = newest(run) / "model.safetensors"
    tensors = load_file(path)
    name = min(tensors)
    save_file(tensors | {name: torch.full_like(tensors[name], float("nan"))}, path)


def codes_of_another_shape(run):
    path = newest(run) / "codes.safetensors"
    save_file({name: v if v.ndim == 1 else v[:, :-1].clone() for name, v in load_file(path).items()}, path)


def of_inr(**changes):
    return lambda run: edit(run, lambda content: content["inr"].update(changes))


def of_data(**changes):
    return lambda run: edit(run, lambda content: content["data"].update(changes))


DAMAGE = {
    "a model cut short": cut_model,
    "an empty model": empty_model,
    "a model that is a pickle": pickled_model,
    "a model that claims 10^12 numbers": immense_model,
    "a model of something else": foreign_model,
    "a tensor of another shape": model_of_another_shape,
    "a tensor with NaN": model_of_no_numbers,
    "codes of fewer clips": fewer_codes,
    "codes of another shape": codes_of_another_shape,
    "no codes": no_codes,
    "a damaged state": bad_state,
    "no checkpoints": no_checkpoints,
    "a configuration cut short": cut_config,
    "no configuration": no_config,
    "an unknown key in it": lambda run: edit(run, lambda content: content.update(colour="red")),
    "a shape in it that no clip has": of_data(clip_shape=[10**12, 8, 8]),
    "a rate in it that is none": of_data(fps=0),
    "an unknown option in it": lambda run: edit(run, lambda content: content["inr"]["options"].update(knots=3)),
    "an immense width in it": lambda run: edit(run, lambda c: c["inr"]["options"].update(width=8192, layers=64)),
    "another width in it": lambda run: edit(run, lambda content: content["inr"]["options"].update(width=9)),
    "a plugin that is not installed": of_inr(name="waves", distribution="inrkit-waves"),
    "a plugin of another origin": of_inr(distribution="inrkit-siren"),
    "a plugin of a later version": of_inr(version="7.0.0"),
    "a later format": lambda run: edit(run, lambda content: content.update(format=9)),
}
"""What is wrong with a run, to how it is spoiled."""


@pytest.mark.parametrize("case", DAMAGE)
def test_a_damaged_or_foreign_run(cli, run, tmp_path, rows, case):
    code, parts = rows("Runs")[case]
    DAMAGE[case](run)
    is_refused(cli("render", run, "--clip", "0", "--out", "x.mp4"), code, *parts)
    assert not (tmp_path / "x.mp4").exists()
    film(tmp_path / "film.mkv")
    is_refused(cli("invert", "film.mkv", "--run", run, "--out", "found"), code, *parts)
    assert not (tmp_path / "found").exists()


@pytest.mark.parametrize(
    "case",
    [
        "a model cut short",
        "codes of fewer clips",
        "a damaged state",
        "an unknown option in it",
        "an immense width in it",
    ],
)
def test_resuming_a_damaged_run(train, run, case):
    (run / "result.json").unlink()
    DAMAGE[case](run)
    before = sorted(run.rglob("*"))
    refused = train("--out", run, "--resume")
    assert (refused.exit_code, refused.stdout) == (2, ""), refused.output
    assert refused.stderr.count("error: ") == 1
    assert sorted(run.rglob("*")) == before


@pytest.mark.parametrize("path", ["nothing", "text.mp4", "empty"])
@pytest.mark.parametrize("words", [["info"], ["render", "--clip", "0", "--out", "x.mp4"]])
def test_what_is_no_run(cli, things, path, words):
    is_refused(cli(*words, path), 2, path)


def test_python_raises_the_same(clean, run, things):
    for make, text in (
        (lambda: inrkit.load("nothing"), "is no run"),
        (lambda: inrkit.load(run, device="banana"), "unknown device"),
        (lambda: inrkit.load(run, checkpoint=3), "no checkpoint of step 3"),
        (lambda: inrkit.train("nowhere.mp4", plugin="inrv", out="new"), "does not exist"),
        (lambda: inrkit.train(Path("short.mp4"), plugin="inrv", val=Path("nowhere"), options={"frames": 4}), "nowhere"),
        (lambda: inrkit.train(plugin="inrv", out="new", options={"stesp": 3}), "Did you mean"),
        (lambda: inrkit.train(plugin="inrv", out=run), "already holds a run"),
    ):
        with pytest.raises(BadInput, match=text):
            make()
    assert not Path("new").exists()


def test_an_imported_run_cannot_be_resumed(cli, run):
    edit(run, lambda content: content["data"].update(source=None))
    (run / "result.json").unlink()
    is_refused(cli("train", "--resume", "--out", run), 2, "an imported run has no videos")


def test_pictures_of_runs_are_no_source(cli, run, tmp_path):
    """`inrkit train .` beside runs/: what a run drew is not trained on."""
    clip = torch.from_numpy(np.random.default_rng(0).integers(0, 255, (8, 16, 16, 3), dtype=np.uint8))
    write_video(tmp_path / "one.mp4", clip, 10)
    words = ["--frames", "4", "--size", "8", "--steps", "2", "--holdout", "0", "-o", "inr.width=8"]
    assert cli("train", ".", "-p", "inrv", *words, "--out", "runs/here").exit_code == 0
    made = json.loads(Path("runs/here/config.json").read_text())
    assert made["data"]["clips"] == ["one.mp4@0", "one.mp4@4"]
    is_refused(cli("train", "finished/..", "-p", "inrv", *words, "--out", "x", "--limit", "0"), 2, "data.limit")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("words", [["--help"], ["plugins"], ["plugins", "--json"]])
def test_output_that_cannot_be_written_is_one_message(words):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([sys.executable, "-m", "inrkit", *words], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert done.stderr.count("error: the output cannot be written: No space left on device") == 1
    assert "Traceback" not in done.stderr and "Exception ignored" not in done.stderr
