"""Training: the same trajectory however it is interrupted, and nothing bad ever saved."""

import errno
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

import inrkit
from inrkit import InrkitError
from inrkit.engine import checkpoint as checkpoints
from inrkit.engine.reporter import Reporter
from inrkit.engine.runs import Run
from inrkit.engine.schedule import batch_at, learning_rate
from inrkit.engine.signals import Stopped
from inrkit.engine.train import Trainer
from inrkit.engine.watch import Watch, Window, decibels

WORDS = (
    "-p inrv --size 8x8 --frames 5 --holdout 0 -o count=4 -o inr.width=8 -o hypernetwork.width=8 -o encoder.size=4 "
    "-o train.batch=3 --steps 40 --checkpoint-every 5 --keep 9 -o log_every=5 --device cpu"
)
SLOW = """
import sys, time
from inrkit.cli import main
from inrkit.engine.train import Trainer
step = Trainer.one_step
def slow(self, window):
    time.sleep(0.05)
    step(self, window)
Trainer.one_step = slow
sys.argv = ["inrkit", *sys.argv[1:]]
main()
"""
"""The command line, slow enough to be met in the middle."""


def lines(run):
    return [json.loads(line) for line in Path(run, "metrics.jsonl").read_text().splitlines()]


def tensors(run):
    """Every tensor of the newest checkpoint."""
    newest = Run(run).newest_checkpoint()
    return {f"{path.name}/{k}": v for path in newest.glob("*.safetensors") for k, v in load_file(path).items()}


def assert_equal(one, other):
    one, other = tensors(one), tensors(other)
    assert one.keys() == other.keys() and len(one) > 30
    for name, value in one.items():
        assert torch.equal(value, other[name]), name


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory, cache):
    from typer.testing import CliRunner

    from inrkit.cli.app import app

    out = tmp_path_factory.mktemp("whole") / "run"
    words = ["train", *WORDS.split(), "--out", str(out)]
    outcome = CliRunner().invoke(app, words, env={"INRKIT_CACHE": str(cache), "CI": "1"})
    assert outcome.exit_code == 0, outcome.output
    return out


@pytest.fixture
def cli(clean):
    from typer.testing import CliRunner

    from inrkit.cli.app import app

    return lambda *words: CliRunner().invoke(app, ["train", *WORDS.split(), *words])


@pytest.mark.parametrize(("number", "code"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGTERM, 143)])
def test_an_interrupted_run_goes_on_bit_for_bit(cli, uninterrupted, tmp_path, number, code):
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, "train", *WORDS.split(), "--out", "run"], stderr=subprocess.PIPE, text=True
    )
    sign = tmp_path / "run" / "checkpoints" / "step-00000015" / "state.json"
    deadline = time.monotonic() + 60
    while not sign.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(number)
    said = process.communicate(timeout=30)[1]
    assert process.returncode == code, said
    assert not (tmp_path / "run" / "result.json").exists()
    if number != signal.SIGKILL:
        assert said.splitlines()[-2].startswith("error: stopped after step 1")
        assert said.splitlines()[-1] == "  Go on: inrkit train --resume --out run"
        assert len(list((tmp_path / "run" / "checkpoints").iterdir())) == 4, "three, and one when it was stopped"
    assert cli("--out", "run", "--resume").exit_code == 0
    assert_equal(uninterrupted, "run")
    assert [line["step"] for line in lines("run")] == [line["step"] for line in lines(uninterrupted)]
    assert {line["step"]: line["loss"] for line in lines("run")}[40] == lines(uninterrupted)[-1]["loss"]


def test_ctrl_c_saves_and_leaves_with_130(cli, uninterrupted, monkeypatch):
    log = Trainer._log

    def interrupted(self, window, lines):
        log(self, window, lines)
        if self.step == 20:
            os.kill(os.getpid(), signal.SIGINT)

    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "_log", interrupted)
        stopped = cli("--out", "run")
    assert (stopped.exit_code, stopped.stdout) == (130, "")
    assert stopped.stderr.count("Go on: inrkit train --resume --out run") == 1
    assert Run("run").newest_checkpoint().name == "step-00000020"
    assert cli("--out", "run", "--resume").exit_code == 0
    assert_equal(uninterrupted, "run")


def test_another_seed_is_another_run(cli, uninterrupted):
    assert cli("--out", "other", "--seed", "1").exit_code == 0
    one, other = tensors(uninterrupted), tensors("other")
    assert not torch.equal(one["codes.safetensors/codes.z"], other["codes.safetensors/codes.z"])


class StopAfter(Reporter):
    """Sends this process a signal when a step has been logged."""

    def __init__(self, step):
        self.step = step

    def training(self, step, steps, record):
        if step == self.step:
            os.kill(os.getpid(), signal.SIGINT)


def test_dropout_and_the_order_of_clips_survive_too(train, monkeypatch):
    from inrkit_inrv.mlp_heads import MLPHeads

    forward = MLPHeads.forward
    monkeypatch.setattr(
        MLPHeads, "forward", lambda self, z: forward(self, {"z": torch.dropout(z["z"], 0.5, self.training)})
    )
    train("whole")
    with pytest.raises(Stopped):
        train("cut", reporter=StopAfter(5))
    torch.rand(7)  # whatever happens in between
    train("cut", resume=True)
    assert_equal("whole", "cut")


def test_stopped_before_the_first_checkpoint_is_due(train):
    with pytest.raises(Stopped, match="saved in cut/checkpoints/step-00000001") as stopped:
        train("cut", {"train.checkpoint_every": 9}, reporter=StopAfter(1))
    assert stopped.value.exit_code == 130
    train("cut", {"train.checkpoint_every": 9}, resume=True)
    train("whole")
    assert_equal("whole", "cut")


def test_killed_before_the_first_checkpoint(train, monkeypatch):
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Trainer, "save", lambda *args: (_ for _ in ()).throw(KeyboardInterrupt))
        train("cut")
    assert lines("cut")
    train("cut", resume=True)
    assert [line["step"] for line in lines("cut")] == list(range(1, 13))
    train("whole")
    assert_equal("whole", "cut")


def test_stopped_while_measuring(train, monkeypatch):
    def interrupted(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("inrkit.engine.finish.compare", interrupted)
        with pytest.raises(Stopped, match="stopped while measuring") as stopped:
            train("run")
    assert stopped.value.exit_code == 130 and not Run("run").finished
    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "one_step", None)
        train("run", resume=True)
    assert Run("run").result["steps"] == 12


def test_what_a_killed_process_left_half_written_goes(train):
    with pytest.raises(Stopped):
        train("cut", reporter=StopAfter(3))
    (Path("cut") / "checkpoints" / ".step-00000004.77.tmp").mkdir()
    (Path("cut") / ".metrics.jsonl.77.tmp").write_text("{")
    with Path("cut", "metrics.jsonl").open("a") as file:
        file.write('{"step": 4, "loss": 1.0}\n{"step": 5, "lo')
    train("cut", resume=True)
    assert [line["step"] for line in lines("cut")] == list(range(1, 13))
    assert not list(Path("cut").rglob("*.tmp"))


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 1e30])
def test_a_loss_that_is_not_finite_stops_and_spoils_nothing(train, monkeypatch, bad):
    from inrkit_inrv.method import InrV

    loss, calls = InrV.loss, []

    def late(self, out, target):
        calls.append(1)
        return {name: term * (bad if len(calls) > 7 else 1) for name, term in loss(self, out, target).items()}

    monkeypatch.setattr(InrV, "loss", late)
    with pytest.raises(InrkitError, match="the loss is no longer finite at step") as failed:
        train("run", {"train.checkpoint_every": 1})
    assert failed.value.exit_code == 1 and "step-00000007 is intact" in failed.value.hint
    assert all(value.isfinite().all() for value in tensors("run").values())
    assert [line["step"] for line in lines("run")][:7] == list(range(1, 8))
    assert len(lines("run")) == 7 or bad == 1e30, "a finite loss whose squared gradients are not"
    assert inrkit.load("run").codes["z"].isfinite().all()


def test_a_hopeless_rate_ends_with_a_message(train):
    with pytest.raises(InrkitError, match=r"no longer finite|collapsed|nothing was saved"):
        train("run", {"train.lr": 1e18, "train.steps": 30})
    newest = Run("run").newest_checkpoint()
    assert newest is None or all(value.isfinite().all() for value in tensors("run").values())


@pytest.mark.parametrize("encoder", [{}, {"encoder": "table", "hypernetwork": "identity"}])
def test_a_nan_between_two_logged_lines_is_not_saved(train, monkeypatch, encoder):
    def spoil(self, window):
        one_step(self, window)
        if self.step == 6:
            next(iter(self.codes.rows.values()))[0] = float("nan")

    one_step = Trainer.one_step
    monkeypatch.setattr(Trainer, "one_step", spoil)
    options = {"train.checkpoint_every": 1, "train.log_every": 4, "train.keep": 9}
    if encoder:
        options |= {"hypernetwork.width": None, "encoder.size": None}
    with pytest.raises(InrkitError, match="no longer finite"):
        inrkit.train(
            plugin="inrv",
            out="run",
            device="cpu",
            options={
                "data.size": 8,
                "data.frames": 5,
                "count": 4,
                "data.holdout": 0,
                "inr.width": 8,
                "train.batch": 4,
                "steps": 12,
                **{key: value for key, value in options.items() if value is not None},
            },
            **encoder,
        )
    assert Run("run").newest_checkpoint().name == "step-00000005"


def test_a_collapse_stops_and_the_good_model_stays(train, monkeypatch):
    add, calls = Window.add, []

    def worse(self, loss, terms, mse, clips):
        calls.append(1)
        add(self, loss, terms, mse * 0 + (0.004 if len(calls) <= 6 else 0.4), clips)

    monkeypatch.setattr(Window, "add", worse)
    with pytest.raises(InrkitError, match=r"training has collapsed: 10\.0 dB at step 1\d, after 30\.0 dB") as failed:
        train("run", {"train.checkpoint_every": 1, "train.steps": 40})
    assert failed.value.exit_code == 1
    assert Run("run").newest_checkpoint().name == "step-00000007", "the last before the clips were all seen to be bad"


def test_clips_of_different_difficulty_are_no_collapse():
    watch = Watch(clips=6)
    for i in range(60):
        window = Window()
        mse = torch.tensor(1e-4 if i % 6 == 0 else 0.1)  # one easy clip in six
        window.add(mse, {}, mse, 1)
        watch.see(window)
    assert not watch.collapsed and not watch.falling


@pytest.mark.parametrize("mse", [0.0, 1e-30, 1.0, 1e300, float("inf"), float("nan")])
def test_psnr_is_always_a_number(mse):
    assert -100 <= decibels(mse) <= 100
    assert decibels(0.04) == pytest.approx(20)


def test_a_full_disk_leaves_the_earlier_checkpoint(train, monkeypatch):
    save, calls = checkpoints.save_file, []

    def full(tensors, path):
        calls.append(path)
        if len(calls) > 5:  # three files each: in the middle of the second checkpoint
            Path(path).write_bytes(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")
        save(tensors, path)

    monkeypatch.setattr(checkpoints, "save_file", full)
    with pytest.raises(InrkitError, match="No space left on device") as failed:
        train("run", {"train.checkpoint_every": 2})
    assert failed.value.exit_code == 1
    assert [path.name for path in Path("run/checkpoints").iterdir()] == ["step-00000002"]
    inrkit.load("run")


def test_a_disk_that_is_full_for_the_log(train, monkeypatch):
    from inrkit.engine.log import Log

    def full(self, record):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Log, "write", full)
    with pytest.raises(InrkitError, match="cannot be written: run: No space left on device"):
        train("run")


def test_tensorboard_has_the_same_figures(train):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    with pytest.raises(Stopped):
        train("run", reporter=StopAfter(4))
    train("run", resume=True)
    events = accumulator.EventAccumulator(str(Path("run/tensorboard")))
    events.Reload()
    assert [event.step for event in events.Scalars("psnr")] == list(range(1, 13))
    assert events.Scalars("loss")[-1].value == pytest.approx(lines("run")[-1]["loss"])


def test_training_needs_no_tensorboard(train, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr("inrkit.engine.log.find_spec", lambda name: None if name == "tensorboard" else find(name))
    train("run")
    assert not Path("run/tensorboard").exists() and len(lines("run")) == 12


def test_a_broken_tensorboard_is_none(train, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    train("run")
    assert len(lines("run")) == 12


def test_every_clip_once_an_epoch_in_even_batches():
    for clips, batch in ((7, 3), (4, 9), (1, 1), (6, 2)):
        batches = -(-clips // batch)
        for epoch in range(3):
            seen = [batch_at(clips, batch, 5, epoch * batches + i) for i in range(batches)]
            assert sorted(torch.cat(seen).tolist()) == list(range(clips))
            assert max(map(len, seen)) - min(map(len, seen)) <= 1 and max(map(len, seen)) <= batch
    assert not torch.equal(batch_at(64, 64, 5, 0), batch_at(64, 64, 5, 1))
    assert not torch.equal(batch_at(64, 64, 5, 0), batch_at(64, 64, 6, 0))


def test_the_learning_rate_rises_and_falls():
    from inrkit.engine.options import TrainOptions

    options = TrainOptions(steps=100, warmup=10, lr=1.0)
    rates = [learning_rate(options, step) for step in range(100)]
    assert rates[0] == pytest.approx(0.1) and max(rates) > 0.97 and rates[-1] == pytest.approx(0.01, abs=1e-3)
    assert rates[10:] == sorted(rates[10:], reverse=True)
    constant = TrainOptions(steps=100, warmup=0, lr=1.0, schedule="constant")
    assert {learning_rate(constant, step) for step in range(100)} == {1.0}


@pytest.mark.parametrize(("clip", "moves"), [(0.0, True), (1e-12, False)])
def test_gradients_are_kept_within_a_norm(train, clip, moves):
    """Adam steps as far whatever the size of a gradient, unless it is far below its epsilon."""
    train("begin", {"train.steps": 1, "train.lr": 1e-12})
    train("end", {"train.steps": 1, "train.lr": 0.1, "train.clip": clip})
    begin, end = tensors("begin"), tensors("end")
    moved = max((begin[k] - end[k]).abs().max() for k in begin if k.startswith("model") and "codes" not in k)
    assert (moved > 0.05) == moves


def test_old_checkpoints_go(train):
    train("run", {"train.checkpoint_every": 2, "train.keep": 3})
    names = sorted(path.name for path in Path("run/checkpoints").iterdir())
    assert names == ["step-00000008", "step-00000010", "step-00000012"]


def test_extremes(train):
    train("one", {"train.steps": 1})
    train("large", {"train.batch": 99, "train.steps": 2})
    train("still", {"data.frames": 1, "train.steps": 2})
    train("pixel", {"data.size": 1, "train.steps": 2})
    train("wide", {"data.size": (5, 11), "train.steps": 2})
    train("silent", {"train.log_every": 99, "train.checkpoint_every": 1})
    train("alone", {"data.limit": 1, "train.steps": 2})
    for name in ("one", "large", "still", "pixel", "wide", "silent", "alone"):
        result = json.loads(Path(name, "result.json").read_text(), parse_constant=lambda text: pytest.fail(text))
        assert result["train"]["clips"] in (1, 4)
        for path in Path(name).rglob("state.json"):
            json.loads(path.read_text(), parse_constant=lambda text: pytest.fail(text))
