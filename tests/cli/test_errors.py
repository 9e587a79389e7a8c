"""Bad input: one message that names the thing, the reason and the next step; the right code; nothing written."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

import inrkit
from inrkit import BadInput, write_video

REFUSED = {
    "an unknown plugin": ("--plugin inrw", "Did you mean 'inrv'?"),
    "an unknown preset": ("--preset fats", "Did you mean 'fast'?"),
    "an unknown key": ("-o stesp=3", "Did you mean 'steps'?"),
    "an unknown key of a section": ("-o inr.widht=3", "Did you mean 'inr.width'?"),
    "a key of several sections": ("-o width=3", "hypernetwork.width or inr.width"),
    "no option": ("-o steps", "Write key=value"),
    "a wrong type": ("-o train.lr=fast", "train.lr: Input should be a valid number"),
    "a value out of range": ("--steps 0", "train.steps: Input should be greater than or equal to 1 (got 0)"),
    "an infinite rate": ("-o train.lr=inf", "finite"),
    "an unknown component": ("--inr nerf-mpl", "Did you mean 'nerf-mlp'?"),
    "a missing source": ("-p inrv nowhere.mp4", "nowhere.mp4 does not exist"),
    "an empty name": ("", "SOURCE is empty"),
    "an empty folder": ("-p inrv empty", "empty holds no video"),
    "a source that is no video": ("-p inrv text.mp4", "text.mp4"),
    "clips longer than the videos": ("-p inrv short.mp4 --frames 99", "no clip of 99 frames"),
    "no size": ("--size 0x8", "'0x8' is no size"),
    "no way to fit": ("--fit stretch", "data.fit"),
    "a negative seed": ("--seed -1", "--seed should be a whole number"),
    "too much held out": ("-p inrv short.mp4 --frames 4 --holdout 9", "leaves nothing to train on"),
    "half a video held out": ("--holdout 1.5", "whole number of videos"),
    "no end of videos held out": ("--holdout inf", "finite"),
    "two ways to hold out": ("--holdout 1 --val short.mp4", "exclude each other"),
    "held-out videos that are not there": ("--val nowhere", "nowhere does not exist"),
    "a device that is not here": ("--device cuda:77", "Use --device cpu"),
    "an unknown device": ("--device banana", "unknown device 'banana'"),
    "half a device": ("--device cpu:", "unknown device 'cpu:'"),
    "several devices": ("--devices 2", "--devices 2"),
    "another precision": ("--precision bf16", "only float32"),
    "opposites": ("--resume --overwrite", "exclude each other"),
    "beginning from nothing": ("--init-from nowhere", "there is no run with a checkpoint"),
    "a missing file of options": ("--config nowhere.toml", "nowhere.toml"),
    "a file of options that is a folder": ("--config empty", "empty"),
    "a file of options that is no TOML": ("--config text.mp4", "is not TOML"),
    "a file with an unknown key": ("--config typo.toml", "Did you mean 'train.steps'?"),
    "a file with a flag of one call": ("--config resume.toml", "Give --resume there"),
    "a file with text for a seed": ("--config seed.toml", "--seed should be a whole number"),
    "a file with a number for a name": ("--config name.toml", "--preset should be text"),
    "a file in the way": ("--out text.mp4", "text.mp4 exists and is no run"),
    "a folder in the way": ("--out full", "full exists and is no run"),
}


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


def is_refused(outcome, code, text):
    assert outcome.exit_code == code, outcome.output
    assert outcome.exception is None or isinstance(outcome.exception, SystemExit)
    assert outcome.stdout == ""
    assert outcome.stderr.count("error: ") == 1 and "Traceback" not in outcome.stderr
    assert text in outcome.stderr
    message = outcome.stderr[outcome.stderr.index("error: ") :].rstrip("\n").splitlines()
    assert len(message) <= 2, "one line, and one of what to do"


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_of_train(cli, train, things, tmp_path, case):
    before = sorted(tmp_path.rglob("*"))
    words, text = REFUSED[case]
    arguments = words.split() or [""]
    toy = "-p" not in arguments  # toy videos have options of their own
    is_refused(train("--out", "new", *arguments) if toy else cli("train", "--out", "new", *arguments), 2, text)
    assert sorted(tmp_path.rglob("*")) == before


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


DAMAGE = {
    "a model cut short": (cut_model, 2, "model.safetensors"),
    "an empty model": (empty_model, 2, "model.safetensors"),
    "a model of something else": (foreign_model, 2, "does not belong to this configuration"),
    "codes of fewer clips": (fewer_codes, 2, "3 clips"),
    "no codes": (no_codes, 2, "codes.safetensors"),
    "a damaged state": (bad_state, 2, "cannot be read"),
    "no checkpoints": (no_checkpoints, 2, "no checkpoint yet"),
    "a configuration cut short": (cut_config, 2, "config.json"),
    "no configuration": (no_config, 2, "is no run"),
    "an unknown key": (lambda run: edit(run, lambda c: c.update(colour="red")), 2, "colour"),
    "an unknown option": (lambda run: edit(run, lambda c: c["inr"]["options"].update(knots=3)), 2, "inr.knots"),
    "another width": (lambda run: edit(run, lambda c: c["inr"]["options"].update(width=9)), 2, "does not belong"),
    "a plugin that is not installed": (lambda run: edit(run, lambda c: c["inr"].update(name="siren")), 2, "siren"),
    "a later version": (lambda run: edit(run, lambda c: c["inr"].update(version="7.0.0")), 3, "inrkit-inrv==7.0.0"),
    "a later format": (lambda run: edit(run, lambda c: c.update(format=9)), 2, "format 9"),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_a_damaged_or_foreign_run(cli, run, tmp_path, case):
    damage, code, text = DAMAGE[case]
    damage(run)
    is_refused(cli("render", run, "--clip", "0", "--out", "x.mp4"), code, text)
    assert not (tmp_path / "x.mp4").exists()


@pytest.mark.parametrize("case", ["a model cut short", "codes of fewer clips", "a damaged state", "an unknown option"])
def test_resuming_a_damaged_run(train, run, case):
    (run / "result.json").unlink()
    damage, code, _ = DAMAGE[case]
    damage(run)
    before = sorted(run.rglob("*"))
    refused = train("--out", run, "--resume")
    assert (refused.exit_code, refused.stdout) == (code, ""), refused.output
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
