"""The parts of an evaluation: statistics, metrics, bounded memory; and evaluations during a training."""

import json
import math
from pathlib import Path

import pytest
import torch

import inrkit
from inrkit.engine.evaluate import evaluate
from inrkit.engine.evaluate_clips import Side
from inrkit.engine.evaluate_metrics import Choice, PairPanel, SetPanel, build_once
from inrkit.engine.evaluate_options import EvaluateOptions
from inrkit.engine.evaluate_pairs import scores_of
from inrkit.engine.evaluate_samples import MANY, real_rows
from inrkit.engine.evaluate_statistics import summary
from inrkit.engine.evaluate_training import Evaluations
from inrkit.engine.reporter import Reporter
from inrkit.engine.train import Trainer
from inrkit.engine.watch import Window
from inrkit.errors import BadInput, PluginError
from inrkit.interfaces import Metric
from inrkit.model import VideoModel
from inrkit.options import NoOptions

CPU = torch.device("cpu")


class Sets(Metric):
    """Writes down what it is sent."""

    paired = False
    knows = False

    def __init__(self, config=None):
        self.sent = []

    def update(self, rendered, truth, mask=None):
        self.sent.append(("rendered", len(rendered)) if truth is None else ("real", len(truth)))

    def compute(self):
        return {"first": torch.tensor([2, 0]), "count": torch.tensor(float(len(self.sent)))}

    def recall(self, key):
        return self.knows


class Refusing(Metric):
    def update(self, rendered, truth, mask=None):
        raise BadInput("too small")


def choice(cls, asked=True):
    return Choice(cls.__name__.lower(), cls, NoOptions(), asked)


def videos(*shape):
    return torch.zeros(*shape, 2, 4, 4, 3, dtype=torch.uint8)


def test_an_interval_holds_the_mean_of_other_clips_as_often_as_it_says():
    draw = torch.Generator().manual_seed(0)
    held = 0
    for seed in range(200):
        found = summary(torch.randn(40, generator=draw, dtype=torch.float64), seed)
        held += found["low"] <= 0 <= found["high"]
    assert 180 <= held <= 198  # of 200; a bootstrap of few clips is a little too sure
    values = torch.arange(10.0)
    assert summary(values, 1) == summary(values, 1) != summary(values, 2)
    wide, narrow = summary(values, 1), summary(values.repeat(16), 1)
    assert narrow["high"] - narrow["low"] < 0.4 * (wide["high"] - wide["low"])


def test_values_that_are_no_numbers():
    found = summary(torch.tensor([math.inf, 20.0, math.nan]), 0)
    assert found["values"] == [100.0, 20.0, None] and found["mean"] == 60.0
    one = summary(torch.tensor([3.0]), 0)
    assert one == {"mean": 3.0, "low": None, "high": None, "values": [3.0]}
    assert summary(torch.tensor([math.nan]), 0)["mean"] is None
    assert summary(torch.tensor(7.0), 0) == 7.0 and summary(torch.tensor(math.nan), 0) is None
    labels = summary(torch.tensor([4, 1]), 0)
    assert labels == {"mean": None, "low": None, "high": None, "values": [4, 1]}


def test_few_clips_are_said_to_be_few():
    assert scores_of({"x": torch.rand(4)}, 0, "part")[1] == ["4 values are few: their intervals are too narrow"]
    assert scores_of({"x": torch.rand(10), "of a set": torch.tensor(1.0)}, 0, "part")[1] == []
    lost = torch.tensor([math.nan] * 3 + [1.0] * 9)
    assert scores_of({"x": lost}, 0, "part")[1] == ["x of 3 clips is no number: left out of its mean"]


def test_a_metric_that_refuses_is_left_out_unless_it_was_asked_for():
    panel = PairPanel([choice(Refusing, asked=False)], CPU)
    panel.update(videos(1), videos(1))
    assert panel.values(1) == {} and panel.notes == ["refusing is not measured here: too small"]
    with pytest.raises(BadInput, match="too small"):
        PairPanel([choice(Refusing)], CPU).update(videos(1), videos(1))


def test_what_a_metric_lacks_is_said_before_anything_is_rendered():
    class Lacking(Metric):
        def __init__(self, config=None):
            raise BadInput("its package is not installed")

    kept, notes = build_once([choice(Lacking, asked=False), choice(Sets)])
    assert [each.name for each in kept] == ["sets"]
    assert notes == ["lacking is not measured: its package is not installed"]
    with pytest.raises(BadInput, match="not installed"):
        build_once([choice(Lacking)])


def test_a_metric_gives_a_value_for_each_clip_or_one():
    class Wrong(Metric):
        def compute(self):
            return {"wrong": torch.zeros(3)}

    with pytest.raises(PluginError, match=r"wrong gives wrong of shape \(3,\) for 2 clips"):
        PairPanel([choice(Wrong)], CPU).values(2)


class Broken(Metric):
    """Fails where it is told to."""

    def __init__(self, config=None):
        self.at("__init__")

    def at(self, place):
        if place == self.place:
            raise self.error

    def update(self, rendered, truth, mask=None):
        self.at("update")

    def compute(self):
        self.at("compute")
        return self.answer

    def about(self):
        return self.said


@pytest.mark.parametrize(
    ("spoiled", "says"),
    [
        ({"place": "__init__"}, "metric broken fails: KeyError: 'x'"),
        ({"place": "update"}, "metric broken fails: KeyError: 'x'"),
        ({"place": "compute"}, "metric broken fails: KeyError: 'x'"),
        ({"answer": {"x": 3.0}}, "metric broken gives no dictionary of tensors"),
        ({"said": ["x"]}, r"metric broken fails: TypeError: about\(\) gives no dictionary"),
        ({"said": {"x": torch.ones(1)}}, "metric broken fails: TypeError: .*not JSON"),
        ({"said": {"x": math.nan}}, "metric broken fails: ValueError"),
    ],
)
def test_a_broken_metric_is_named(spoiled, says):
    good = {"place": "", "error": KeyError("x"), "answer": {"x": torch.ones(1)}, "said": {}}

    def evaluated(kind):
        panel = PairPanel([Choice("broken", kind, NoOptions(), asked=False)], CPU)
        panel.update(videos(1), videos(1))
        return panel.values(1), panel.about()

    assert evaluated(type("Good", (Broken,), good)) == (good["answer"], {})
    with pytest.raises(PluginError, match=says) as caught:
        evaluated(type("Bad", (Broken,), good | spoiled))
    assert caught.value.hint.startswith("Report this to its author")


def test_too_little_memory_is_no_fault_of_a_metric():
    short = RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")
    for error in (short, MemoryError(), torch.OutOfMemoryError()):
        kind = type("Large", (Broken,), {"place": "update", "error": error})
        with pytest.raises(torch.OutOfMemoryError):
            PairPanel([choice(kind)], CPU).update(videos(1), videos(1))


def test_real_videos_that_are_known_are_not_sent(monkeypatch):
    panel = SetPanel([choice(Sets)], CPU)
    assert not panel.recall("key")
    panel.real(videos(3))
    panel.update(videos(2), None)
    assert float(panel.values(2)["count"]) == 2
    monkeypatch.setattr(Sets, "knows", True)
    panel = SetPanel([choice(Sets)], CPU)
    assert panel.recall("key")
    panel.real(videos(3))
    panel.update(videos(2), None)
    assert float(panel.values(2)["count"]) == 1


def test_many_real_videos_come_in_a_random_order():
    class Long:
        def __len__(self):
            return MANY + 5

    rows = real_rows(Side("real", "", Long()), 0)
    assert sorted(rows) == list(range(MANY + 5)) and max(rows[:MANY]) > MANY
    assert rows == real_rows(Side("real", "", Long()), 0) != real_rows(Side("real", "", Long()), 1)


def test_memory_is_a_setting(train, monkeypatch):
    """No more than a batch of videos is rendered, or read, at once; each is let go before the next comes."""
    train("run", {"dataset.held_out": 3, "data.holdout": None})
    seen = []
    render = VideoModel.render_weights

    def rendered(self, weights, shape, count=None):
        video = render(self, weights, shape, count)
        seen.append(len(video))
        return video

    monkeypatch.setattr(VideoModel, "render_weights", rendered)
    options = EvaluateOptions(samples=7, samplers=["slerp"], metrics=["psnr", "nearest"], batch=2, set={"fit.steps": 1})
    document = evaluate(Path("run"), options, environ={})
    assert max(seen) == 2 and sum(seen) == 4 + 3 + 7
    assert document["parts"][2]["clips"] == 7


EVERY = {"train.eval_every": 4, "train.eval_metrics": "psnr,static-gain", "train.eval_clips": 2}
HELD = {"dataset.held_out": 2, "data.holdout": None}


def lines_of(run):
    return [json.loads(line) for line in Path(run, "evaluations.jsonl").read_text().splitlines()]


def weights_of(run):
    folder = sorted(Path(run, "checkpoints").iterdir())[-1]
    return [(folder / f"{name}.safetensors").read_bytes() for name in ("model", "codes", "optimizer")]


def test_evaluations_leave_no_trace_in_a_training(train, monkeypatch):
    left_out = []
    monkeypatch.setattr(Window, "leave_out", lambda self, seconds: left_out.append(seconds))
    train("plain", HELD)
    train("watched", HELD | EVERY)
    assert weights_of("plain") == weights_of("watched")
    lines = lines_of("watched")
    assert [line["step"] for line in lines] == [4, 8, 12]  # never at step 0
    assert set(lines[0]["training"]) == {"psnr", "static-floor", "static-gain"} == set(lines[0]["held-out"])
    assert lines[0]["training"]["psnr"] != lines[2]["training"]["psnr"]
    assert [line["seconds"] for line in lines] == left_out  # nor in its time
    assert not Path("plain", "evaluations.jsonl").exists()


def test_a_resumed_training_does_not_say_it_twice(train, monkeypatch):
    class Interrupted(Exception):
        pass

    save = Trainer.save

    def stop(self, window):
        save(self, window)
        if self.step == 10:
            raise Interrupted

    train("whole", EVERY)
    monkeypatch.setattr(Trainer, "save", stop)
    with pytest.raises(Interrupted):
        train("run", EVERY | {"train.checkpoint_every": 5})
    monkeypatch.setattr(Trainer, "save", save)
    for left in Path("run/checkpoints").glob("*10"):
        left.rename("lost")
    assert [line["step"] for line in lines_of("run")] == [4, 8]
    train("run", EVERY | {"train.checkpoint_every": 5}, resume=True)
    again, whole = lines_of("run"), lines_of("whole")
    assert [line["step"] for line in again] == [4, 8, 12]
    assert [line["training"] for line in again] == [line["training"] for line in whole]
    train("run", overwrite=True)
    assert not Path("run/evaluations.jsonl").exists()


@pytest.mark.parametrize("fits", [1, 0])
def test_too_little_memory_ends_no_training(train, monkeypatch, fits):
    tried, sides = [], Evaluations._sides

    def small(self, model, clips):
        tried.append(self._batch)
        if self._batch > fits:
            raise torch.OutOfMemoryError
        return sides(self, model, clips)

    class Told(Reporter):
        def __init__(self):
            self.warnings = []

        def warn(self, text):
            self.warnings.append(text)

    monkeypatch.setattr(Evaluations, "_sides", small)
    told = Told()
    train("run", EVERY, reporter=told)
    assert tried == ([4, 2, 1, 1, 1] if fits else [4, 2, 1])
    assert Path("run/result.json").exists()
    if fits:
        assert len(lines_of("run")) == 3 and not told.warnings
    else:
        assert told.warnings == ["there is not enough memory for evaluations: the training goes on without them"]


def test_too_little_memory_says_how_to_have_enough(train, monkeypatch):
    train("run")

    def full(*_, **__):
        raise torch.OutOfMemoryError

    monkeypatch.setattr(VideoModel, "render", full)
    with pytest.raises(inrkit.InrkitError, match="not enough memory for 8 videos at once") as error:
        evaluate(Path("run"), EvaluateOptions(metrics=["psnr"]), environ={})
    assert error.value.hint == "Use a --batch below 8."
