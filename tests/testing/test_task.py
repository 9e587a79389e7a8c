"""The contract of a task, proven by tasks that break it, each in one way."""

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from pydantic import BaseModel

from inrkit import BadInput, Observation, ObservationTask, Task, TaskResult
from inrkit.testing import check_task


class Grey(Observation):
    def see(self, rgb):
        return rgb.mean(-1, keepdim=True)

    def fill(self, seen):
        return seen.expand(*seen.shape[:-1], 3)


class Small(Observation):
    unit = "frame"

    def see(self, rgb):
        frames = F.avg_pool2d(rgb.flatten(0, 1).permute(0, 3, 1, 2), 2)
        return frames.permute(0, 2, 3, 1).unflatten(0, rgb.shape[:2])

    def fill(self, seen):
        return seen.repeat_interleave(2, 2).repeat_interleave(2, 3)


class Blurred(Observation):
    unit = "clip"

    def see(self, rgb):
        return (rgb[:, 1:] + rgb[:, :-1]) / 2

    def fill(self, seen):
        return torch.cat((seen, seen[:, -1:]), 1)


def seeing(observation, **more):
    """A task with one observation."""
    return type("Seeing", (ObservationTask,), {"observe": lambda self, *arguments: observation(), **more})


class Some(ObservationTask):
    def observe(self, clip_shape, options, generator):
        return Observation(torch.rand(clip_shape, generator=generator) < 0.5)


class First(ObservationTask):
    hides_frames = True

    def observe(self, clip_shape, options, generator):
        mask = torch.zeros(clip_shape, dtype=torch.bool)
        mask[:4] = True
        return Observation(mask)


class Count(Task):
    def run(self, model, options):
        Path("count.txt").write_text("1")
        return TaskResult({"clips": len(model.latents["z"])}, [Path("count.txt")])


GOOD = [Some, First, Count, seeing(Grey), seeing(Small), seeing(Blurred), seeing(Observation)]


@pytest.mark.parametrize(
    "task", [*GOOD, "invert", "predict", "sparse-inpaint", "inpaint", "interpolate-frames", "superresolve"]
)
def test_what_keeps_the_contract_passes(task):
    before = torch.get_rng_state()
    assert check_task(task) is None
    assert torch.equal(before, torch.get_rng_state())


def test_a_task_runs_in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    check_task(Count)
    assert list(tmp_path.iterdir()) == []


def test_a_task_may_refuse_its_options():
    with pytest.raises(BadInput, match="nothing to predict"):
        check_task("predict", options={"observed": 4}, clip_shape=(4, 8, 8))


class HidesAnotherSize(Some):
    def hidden(self, shape, options):
        return torch.ones(shape, dtype=torch.bool)


class HidesNumbers(Some):
    def hidden(self, shape, options):
        return torch.ones(shape[1:])


class SettlesNothing(Some):
    def settle(self, clip_shape, pixels, options):
        return None


class AddsAFrame(Some):
    def result(self, shape, options):
        return (shape[0] + 1, *shape[1:])


class SaysNoFrames(Some):
    def result(self, shape, options):
        return shape[1:]


class Asks(Some):
    def __init__(self, options):
        pass


class NoObservation(ObservationTask):
    def observe(self, clip_shape, options, generator):
        return torch.ones(clip_shape, dtype=torch.bool)


class OneFrame(ObservationTask):
    def observe(self, clip_shape, options, generator):
        return Observation(torch.ones(1, *clip_shape[1:], dtype=torch.bool))


class Unseeded(ObservationTask):
    def observe(self, clip_shape, options, generator):
        return Observation(torch.rand(clip_shape) < 0.5)


class SaysNothing(First):
    hides_frames = False


class MixesPoints(Grey):
    def see(self, rgb):
        return super().see(rgb - rgb.mean(dim=list(range(1, rgb.ndim - 1)), keepdim=True))


class MixesFrames(Small):
    def see(self, rgb):
        return super().see(rgb - rgb.mean(1, keepdim=True))


class MixesClips(Blurred):
    def see(self, rgb):
        return super().see(rgb - rgb.mean(0))


class NeedsFrames(Small):
    unit = "point"


class Rounds(Grey):
    def see(self, rgb):
        return super().see(rgb).round()


class Detaches(Grey):
    def see(self, rgb):
        return super().see(rgb).detach()


class WritesRgb(Grey):
    def see(self, rgb):
        return super().see(rgb.mul_(0.5))


class SawLess(Observation):
    def seen(self, clips):
        return clips[..., 0]


class FillsOneColour(Grey):
    def fill(self, seen):
        return seen


class Baseline(Some):
    def baseline(self, clips, observation):
        return clips[:, :1]


class OneMask(Some):
    """Takes no mask of each clip."""

    def baseline(self, clips, observation):
        frames, _, _ = observation.mask.shape
        return clips[:, torch.arange(frames)]


class WritesClips(Some):
    def baseline(self, clips, observation):
        return clips.mul_(0.5)


class Own(BaseModel):
    keep: float = 0.5


class PaperOfNothing(Some):
    def paper(self, clip_shape, options):
        return None


class PaperRaises(Some):
    def paper(self, clip_shape, options):
        return options.gone


class Infinite(Grey):
    def see(self, rgb):
        return super().see(rgb) / 1e-30 / 1e-30


class ReturnsNothing(Task):
    def run(self, model, options):
        pass


class NoFile(Task):
    def run(self, model, options):
        return TaskResult(files=[Path("nowhere.mp4")])


class Tensors(Task):
    def run(self, model, options):
        return TaskResult({"latents": model.latents["z"]})


class Raises(Task):
    def run(self, model, options):
        raise KeyError("latents")


BROKEN = {
    Asks: "Its __init__ takes no arguments",
    NoObservation: "an Observation; found Tensor",
    OneFrame: "a mask of the clip's shape (16, 16, 24); found (1, 16, 24)",
    Unseeded: "the same mask from the same generator",
    SaysNothing: "hides_frames to be True",
    HidesAnotherSize: "hidden to give torch.bool (32, 72), a Path or None; found torch.bool (19, 32, 72)",
    HidesNumbers: "hidden to give torch.bool (32, 72), a Path or None; found torch.float32",
    SettlesNothing: "settle to return options; found NoneType",
    AddsAFrame: "result to give a multiple of 19 frames and a size; found (20, 8, 12)",
    SaysNoFrames: "result to give a multiple of 19 frames and a size; found (8, 12)",
    seeing(MixesPoints): "see to treat each point by itself",
    seeing(NeedsFrames): "see to take points by themselves",
    seeing(MixesFrames): "see to treat each frame by itself",
    seeing(MixesClips): "see of a batch to be that of its rows",
    seeing(Rounds): "a gradient from what is seen to rgb",
    seeing(Detaches): "a gradient from what is seen to rgb",
    seeing(WritesRgb): "rgb that stays as it was",
    seeing(SawLess): "seen(clips) to have the shape of see(clips); found (2, 16, 16, 24) for (2, 16, 16, 24, 3)",
    seeing(FillsOneColour): "the guess of fill: the shape (2, 16, 16, 24, 3)",
    seeing(Infinite): "found",
    Baseline: "the baseline: the shape (2, 16, 16, 24, 3)",
    OneMask: "baseline(clips, observation) to work; found ValueError: too many values to unpack",
    WritesClips: "clips that stay as they were",
    PaperOfNothing: "paper to return options; found NoneType",
    PaperRaises: "paper(clip_shape, options) to give options",
    ReturnsNothing: "a TaskResult; found NoneType",
    NoFile: "files that exist",
    Tensors: "a record of plain data; found a value of type 'Tensor'",
    Raises: "KeyError: 'latents' (test_task.py, line",
}


@pytest.mark.parametrize("task", BROKEN, ids=lambda each: each.__name__)
def test_what_breaks_it_is_told_what_to_change(task, caught):
    caught(check_task, task, BROKEN[task])
