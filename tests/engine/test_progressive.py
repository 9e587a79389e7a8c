"""Progressive training: the stages of a schedule, and that nothing is lost between them."""

import json
import os
import signal
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

import inrkit
from inrkit import BadInput
from inrkit.engine.finish import _training_time
from inrkit.engine.options import TrainOptions
from inrkit.engine.progressive import PAPER, Stage, parse, stages_of, total_steps
from inrkit.engine.reporter import Reporter
from inrkit.engine.runs import Run
from inrkit.engine.signals import Stopped
from inrkit.engine.train import Trainer
from inrkit.options import resolve


class StopAfter(Reporter):
    """Sends this process a signal when a step has been logged."""

    def __init__(self, step):
        self.step = step

    def training(self, step, steps, record):
        if step == self.step:
            os.kill(os.getpid(), signal.SIGINT)


def tensors(run):
    newest = Run(run).newest_checkpoint()
    return {f"{path.name}/{k}": v for path in newest.glob("*.safetensors") for k, v in load_file(path).items()}


SCHEDULE = {"train.progressive": "2:3,all:4", "train.batch": 1, "train.steps": None}


def spans(*stages):
    return [Stage(clips=clips, begin=begin, end=end) for clips, begin, end in stages]


@pytest.fixture
def progressive(train):
    """Train two clips for 6 steps, then four for 16: ``progressive("run", {"train.lr": 1e-3})``."""

    def run(out, options=None, **more):
        asked = SCHEDULE | (options or {})
        return train(out, {k: v for k, v in asked.items() if v is not None} | {"train.steps": 22}, **more)

    return run


def test_a_stage_has_the_steps_of_its_epochs():
    assert stages_of("25:200,100:200,all:500", 350, 32, 7700) == spans(
        (25, 0, 200), (100, 200, 1000), (350, 1000, 7700)
    )
    assert total_steps("25:200,100:200,all:500", 350, 32) == 200 + 200 * 4 + 500 * 11
    assert stages_of(None, 350, 32, 2000) == [] and stages_of("all:3", 5, 2, 9) == spans((5, 0, 9))


def test_the_schedule_of_the_paper():
    assert parse("paper") == parse(PAPER)
    assert total_steps("paper", 10_000, 1) == 7_100 + 10_100 + 50_000 + 100_000 + 1_000_000
    assert [stage.clips for stage in stages_of("paper", 10_001, 2, 10**9)] == [10, 100, 1000, 10_000, 10_001]


def test_where_there_are_no_more_clips_a_stage_goes_on():
    assert stages_of("paper", 64, 2, total_steps("paper", 64, 2)) == spans(
        (10, 0, 3550), (64, 3550, 3550 + (101 + 50 + 10 + 100) * 32)
    )


def test_the_last_stage_goes_on_to_the_end_and_those_after_it_are_left_out():
    assert total_steps("25:200,all", 350, 32) is None
    assert stages_of("25:200,all", 350, 32, 1000) == spans((25, 0, 200), (350, 200, 1000))
    assert stages_of("25:200,100:9,all:1", 350, 32, 150) == spans((25, 0, 150))
    assert stages_of(TrainOptions(progressive=25).progressive, 350, 32, 150) == spans((25, 0, 150))


@pytest.mark.parametrize("text", ["", ":", "x:3", "0:3", "25:0", "25:3,", "25:3,all:", "-1:5", "25:1.5", "٣:2", 3.5])
def test_what_is_no_schedule_is_refused(text):
    with pytest.raises(BadInput, match=r"train.progressive: should"):
        resolve({"train": TrainOptions}, {"train.progressive": text})


@pytest.mark.parametrize("text", ["25:3,25:3", "all:3,25:3", "25:3,9:1", "25,all:3"])
def test_stages_grow_and_end(text):
    with pytest.raises(BadInput, match=r"should (have more videos|say the epochs)"):
        resolve({"train": TrainOptions}, {"train.progressive": text})


def test_the_schedule_says_the_steps_unless_the_user_does(clean, cache):
    from inrkit.engine.plan import Request, make_plan

    small = {"dataset.count": 4, "dataset.held_out": 0, "data.holdout": 0, "data.size": (8, 8), "data.frames": 4}

    def planned(**options):
        layers = (small, {f"train.{key}": value for key, value in options.items()})
        return make_plan(Request(plugin="inrv", device="cpu", layers=layers), Reporter()).config

    made = planned(progressive="2:3,all:4", batch=1)
    assert (made.train.steps, made.stages) == (22, spans((2, 0, 6), (4, 6, 22)))
    assert planned(progressive="2:3,all:4", batch=1, steps=9).stages == spans((2, 0, 6), (4, 6, 9))
    assert planned(progressive="2:3,all", batch=1).train.steps == 5000, "the preset's"
    assert planned(progressive="none").stages == []
    cut = planned(progressive="2:3,all:4", batch=1, steps=5)
    assert cut.data.notes[-1] == "The training ends with the first 2 of 4 clips: the others are unseen."


def test_a_stage_draws_from_the_first_clips_only_and_the_others_are_where_they_began(progressive, monkeypatch):
    seen = []
    one_step = Trainer.one_step

    def noted(self, window):
        before = self.codes.visits.clone()
        one_step(self, window)
        seen.append((self.codes.visits - before).nonzero().flatten().tolist())
        if self.step == 6:
            fresh = Trainer(self.plan, self.run, self.reporter).codes.rows["z"]
            assert torch.equal(self.codes.rows["z"][2:], fresh[2:])
            assert not torch.equal(self.codes.rows["z"][:2], fresh[:2])

    monkeypatch.setattr(Trainer, "one_step", noted)
    progressive("run")
    assert len(seen) == 22
    assert {i for step in seen[:6] for i in step} == {0, 1}
    for epoch in range(4):
        assert sorted(i for step in seen[6 + 4 * epoch : 10 + 4 * epoch] for i in step) == [0, 1, 2, 3]


def test_the_optimiser_goes_on_from_stage_to_stage(progressive, monkeypatch):
    moments = {}
    one_step = Trainer.one_step

    def noted(self, window):
        one_step(self, window)
        state = next(iter(self.optimizer.state.values()))
        moments[self.step] = (int(state["step"]), float(state["exp_avg"].abs().sum()))

    monkeypatch.setattr(Trainer, "one_step", noted)
    progressive("run")
    assert [moments[step][0] for step in (6, 7, 22)] == [6, 7, 22] and moments[6][1] > 0


@pytest.mark.parametrize("at", [3, 6, 7, 15])
def test_one_resume_goes_on_within_a_stage_and_between_two(progressive, at):
    every = {"train.checkpoint_every": 1, "train.log_every": 1}
    progressive("whole", every)
    with pytest.raises(Stopped):
        progressive("cut", every, reporter=StopAfter(at))
    progressive("cut", every, resume=True)
    whole, cut = tensors("whole"), tensors("cut")
    assert whole.keys() == cut.keys() and all(torch.equal(value, cut[name]) for name, value in whole.items())


def test_the_curve_says_how_many_clips_and_no_line_mixes_two_stages(progressive):
    progressive("run", {"train.log_every": 4})
    lines = [json.loads(line) for line in Path("run/metrics.jsonl").read_text().splitlines()]
    assert [(line["step"], line["clips"]) for line in lines] == [
        (4, 2),
        (6, 2),
        (8, 4),
        (12, 4),
        (16, 4),
        (20, 4),
        (22, 4),
    ]
    assert Run("run").config.stages == spans((2, 0, 6), (4, 6, 22))
    seconds = lines[-1]["seconds"]
    assert _training_time(Run("run"))["clips_per_second"] == pytest.approx(22 / seconds, abs=0.01)


def test_new_clips_are_no_collapse(progressive, monkeypatch):
    """With them PSNR falls by more than what ends a training that has collapsed."""
    from inrkit.engine.watch import Window

    add, calls = Window.add, []

    def worse(self, loss, terms, mse, clips):
        calls.append(1)
        add(self, loss, terms, mse * 0 + (0.004 if len(calls) <= 6 else 0.4), clips)

    monkeypatch.setattr(Window, "add", worse)
    progressive("run", {"train.log_every": 1})
    assert Run("run").newest_checkpoint().name == "step-00000022"


def test_a_run_without_stages_says_nothing_of_them(train):
    train("run")
    lines = [json.loads(line) for line in Path("run/metrics.jsonl").read_text().splitlines()]
    assert not any("clips" in line for line in lines) and Run("run").config.stages == []


@pytest.mark.parametrize(
    "stages",
    [
        [{"clips": 2, "begin": 1, "end": 22}],
        [{"clips": 2, "begin": 0, "end": 21}],
        [{"clips": 5, "begin": 0, "end": 22}],
        [{"clips": 2, "begin": 0, "end": 6}, {"clips": 4, "begin": 7, "end": 22}],
    ],
)
def test_stages_that_were_edited_are_refused(progressive, stages):
    progressive("run")
    config = json.loads(Path("run/config.json").read_text()) | {"stages": stages}
    Path("run/config.json").write_text(json.dumps(config))
    with pytest.raises(BadInput, match=r"is no run's configuration.*stage"):
        inrkit.load("run")
