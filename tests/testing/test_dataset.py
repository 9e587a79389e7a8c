"""The contract of a dataset, proven by datasets that break it, each in one way."""

import random
from pathlib import Path

import numpy as np
import pytest
import torch

from inrkit import Dataset, Video
from inrkit.testing import check_dataset, tiny_videos


def video(i, shape, seed=0):
    frames = torch.randint(0, 256, (*shape, 3), generator=torch.Generator().manual_seed(100 * seed + i))
    return Video(frames.to(torch.uint8), 25.0, f"noise-{seed}-{i}")


class Noise(Dataset):
    def clips(self, options, shape):
        for i in range(10**9):  # only the first are looked at
            yield self.change(video(i, shape))

    def held_out(self, options, shape):
        return [video(i, shape, 1) for i in range(2)]

    def change(self, made):
        return made


@pytest.mark.parametrize("dataset", [Noise, "toy"])
def test_what_keeps_the_contract_passes(dataset):
    states = torch.get_rng_state(), np.random.get_state()[1].tolist(), random.getstate()
    assert check_dataset(dataset) is None
    assert torch.equal(states[0], torch.get_rng_state())
    assert states[1:] == (np.random.get_state()[1].tolist(), random.getstate())


def test_files_will_do(tmp_path):
    paths = tiny_videos(tmp_path)
    check_dataset(type("Files", (Dataset,), {"clips": lambda self, options, shape: paths}))


def test_options_reach_it(caught):
    check_dataset("toy", options={"count": 1, "held_out": 0})
    check_dataset("toy", {"count": 2}, clip_shape=(2, 8, 8))


class Asks(Noise):
    def __init__(self, options):
        pass


class Raises(Noise):
    def clips(self, options, shape):
        raise OSError("no network")


class Empty(Noise):
    def clips(self, options, shape):
        return []


class Missing(Noise):
    def clips(self, options, shape):
        return [Path("/nowhere/at/all.mp4")]


class Arrays(Noise):
    def change(self, made):
        return made.frames


class First(Noise):
    """Colours first."""

    def change(self, made):
        return made._replace(frames=made.frames.movedim(-1, 1))


class Floats(Noise):
    def change(self, made):
        return made._replace(frames=made.frames / 255)


class Still(Noise):
    def change(self, made):
        return made._replace(fps=0.0)


class OneName(Noise):
    def change(self, made):
        return made._replace(name="noise")


class Unseeded(Noise):
    def change(self, made):
        return made._replace(frames=made.frames + torch.randint(0, 9, (1,)).to(torch.uint8))


class Numpy(Noise):
    def change(self, made):
        return made._replace(frames=made.frames + int(np.random.randint(200)))


class HeldOutIsTrained(Noise):
    def held_out(self, options, shape):
        return [video(1, shape)._replace(name="another name")]


class SettlesNothing(Noise):
    def settings(self, options):
        return None


class SettlesTheUnknown(Noise):
    def settings(self, options):
        return {"data.sise": (8, 8)}


class SettlesTheRefused(Noise):
    def settings(self, options):
        return {"data.frames": -1}


class NotesOneText(Noise):
    def notes(self, options):
        return "only 2 of 5 videos"


class NotesRaise(Noise):
    def notes(self, options):
        return [self.gone]


BROKEN = {
    Asks: "Its __init__ takes no arguments",
    Raises: "clips(options, shape) to work; found OSError: no network",
    Empty: "at least one video to train on",
    Missing: "paths that exist",
    Arrays: "paths or inrkit.Video; found Tensor",
    First: "frames to be a tensor (T, H, W, 3)",
    Floats: "frames of uint8; found torch.float32",
    Still: "a frame rate above 0",
    OneName: "clips to have different names",
    Unseeded: "the same clips at every call",
    Numpy: "the same clips at every call",
    SettlesNothing: "settings to be a dictionary; found NoneType",
    SettlesTheUnknown: "There is no option 'data.sise'",
    SettlesTheRefused: "settings to set options of data that exist",
    NotesOneText: "notes to be a list of lines",
    NotesRaise: "notes(options) to work",
    HeldOutIsTrained: "no video both trained on and held out",
}


@pytest.mark.parametrize("dataset", BROKEN, ids=lambda each: each.__name__)
def test_what_breaks_it_is_told_what_to_change(dataset, caught):
    caught(check_dataset, dataset, BROKEN[dataset])
