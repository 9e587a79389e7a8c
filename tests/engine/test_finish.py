"""What is measured at the end, and what is drawn."""

import json
import os
import signal
from pathlib import Path

import pytest
import torch

import inrkit
from inrkit.engine.data import gather
from inrkit.engine.finish import compare
from inrkit.engine.options import DataOptions
from inrkit.engine.reporter import Reporter
from inrkit.engine.runs import Run, newest_run
from inrkit.engine.signals import Stopped
from inrkit.interfaces import Dataset
from inrkit.metrics.psnr import psnr, static_floor


class Told(Reporter):
    def __init__(self):
        self.warnings, self.measured = [], []

    def warn(self, text):
        self.warnings.append(text)

    def measuring(self, what, done, total):
        self.measured.append((what, done, total))


class Moving(Dataset):
    """Ten clips of noise."""

    def clips(self, options, shape):
        make = torch.Generator().manual_seed(0)
        pixels = torch.randint(0, 256, (10, *shape, 3), generator=make, dtype=torch.uint8)
        return [inrkit.Video(clip, 10, f"v{i}") for i, clip in enumerate(pixels)]


def test_each_clip_is_compared_with_its_own_truth(clean, tmp_path):
    clips, _, _ = gather(Moving(), None, None, DataOptions(frames=3, size=4, holdout=0))
    truth = clips.read(list(range(10)))
    near = (truth.float() + torch.arange(10).view(-1, 1, 1, 1, 1)).clamp(0, 255).to(torch.uint8)

    class Known(torch.nn.Module):
        def render(self, latents, shape):
            return inrkit.to_float(near[latents["z"][:, 0].long()])

    run, told = Run(tmp_path), Told()
    run.samples.mkdir()
    rows = [9, 2, 3, 4, 5, 6, 7, 8, 1]
    score = compare(run, Known(), {"z": torch.tensor(rows).float()[:, None]}, clips, rows, "train", told)
    expected = psnr(near[rows], truth[rows])
    assert score["psnr"] == pytest.approx(float(expected.mean()), abs=0.0051)
    assert (score["worst"], score["best"]) == pytest.approx((float(expected.min()), float(expected.max())), abs=0.0051)
    assert score["static_floor"] == pytest.approx(float(static_floor(truth[rows]).mean()), abs=0.0051)
    assert told.measured[-1] == ("train clips", 9, 9) and (run.samples / "train.png").is_file()


def test_a_clip_met_exactly_counts_as_100_db(clean, tmp_path):
    clips, _, _ = gather(Moving(), None, None, DataOptions(frames=1, size=4, holdout=0))

    class Perfect(torch.nn.Module):
        def render(self, latents, shape):
            return inrkit.to_float(clips.read(latents["z"][:, 0].long()))

    run = Run(tmp_path)
    run.samples.mkdir()
    score = compare(run, Perfect(), {"z": torch.arange(10.0)[:, None]}, clips, range(10), "train", Told())
    assert (score["psnr"], score["static_floor"], score["above_floor"]) == (100, 100, 0)


def test_speed_counts_the_clips_that_were_visited(train):
    train("run", {"dataset.count": 4, "train.batch": 3})  # two batches of two an epoch
    result = json.loads(Path("run/result.json").read_text())
    assert result["clips_per_second"] == pytest.approx(24 / result["seconds"], rel=0.01)


def test_it_says_when_the_last_steps_were_for_nothing(train, monkeypatch):
    from inrkit.engine.train import Trainer

    save = Trainer.save
    monkeypatch.setattr(Trainer, "save", lambda self, window: save(self, window) if self.step < 9 else None)
    told = Told()
    train("run", {"train.checkpoint_every": 4}, reporter=told)
    assert Run("run").result["steps"] == 8
    assert told.warnings == ["The last steps made the model worse; measured is its checkpoint of step 8."]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_while_measuring(train, number):
    """The model is saved already: one line, the code of the signal, and the same command measures it."""

    class Stop(Told):
        def measuring(self, what, done, total):
            os.kill(os.getpid(), number)

    before = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
    with pytest.raises(Stopped, match="stopped while measuring; the trained model is saved in run") as stopped:
        train("run", reporter=Stop())
    assert stopped.value.exit_code == 128 + number
    assert stopped.value.hint == "Measure it: inrkit train --resume --out run"
    assert before == [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
    assert not Path("run/result.json").exists() and not list(Path("run").rglob("*.tmp"))
    train("run", resume=True)
    assert Run("run").result["steps"] == 12


def test_nothing_that_never_existed_from_one_clip(train):
    train("one", {"data.limit": 1})
    assert not Path("one/samples/novel.png").exists() and Path("one/samples/train.png").exists()
    train("two", {"data.limit": 2})
    assert Path("two/samples/novel.mp4").exists()


def test_the_same_run_draws_the_same_pictures(train):
    train("a")
    train("b")
    for name in ("train.png", "novel.png", "interpolation.png"):
        assert Path("a/samples", name).read_bytes() == Path("b/samples", name).read_bytes()


def test_the_newest_run(train):
    with pytest.raises(inrkit.BadInput, match="there is no run under runs/"):
        newest_run()
    train("runs/first")
    train("runs/second")
    assert newest_run().path.name == "second"
