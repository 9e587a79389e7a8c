"""A few frames are seen, and the answer to beat blends them."""

import pytest
import torch
from pydantic import ValidationError

from inrkit import BadInput, plugins
from inrkit.testing import check_task
from inrkit_frame_interpolation.options import InterpolationOptions
from inrkit_frame_interpolation.task import FrameInterpolation

SHAPE = (9, 4, 6)


def observed(**options):
    return FrameInterpolation().observe(SHAPE, InterpolationOptions(**options), torch.Generator())


def test_it_is_offered():
    offers = {item["name"]: item["kind"] for plugin in plugins() for item in plugin["provides"]}
    assert offers["interpolate-frames"] == "task"


@pytest.mark.parametrize("options", [None, {"every": 5}, {"observed": "1,3"}, {"factor": 3}])
def test_it_keeps_what_its_door_promises(options):
    check_task("interpolate-frames", options)


@pytest.mark.parametrize(
    ("options", "frames"),
    [
        ({}, [0, 8]),
        ({"observed": "-1,0"}, [0, 8]),
        ({"observed": "2, 2,-3"}, [2, 6]),
        ({"every": 4}, [0, 4, 8]),
        ({"every": 5}, [0, 5]),
    ],
)
def test_the_frames_that_are_named_are_seen_whole(options, frames):
    mask = observed(**options).mask
    assert mask.flatten(1).all(1).nonzero()[:, 0].tolist() == frames
    assert mask.flatten(1).any(1).sum() == len(frames)


@pytest.mark.parametrize("given", ["9", "0,-10", "0,9"])
def test_frames_outside_of_a_clip_are_refused(given):
    with pytest.raises(BadInput, match=r"frame -?\d+ of a clip of 9"):
        observed(observed=given)


@pytest.mark.parametrize("options", [{"observed": "0,-9"}, {"every": 9}, {"observed": "0,1,2,3,4,5,6,7,8"}])
def test_something_must_lie_between(options):
    with pytest.raises(BadInput, match="nothing to interpolate"):
        observed(**options)


@pytest.mark.parametrize(
    "options",
    [
        {"observed": ""},
        {"observed": "0,x"},
        {"observed": "0.5"},
        {"every": 1},
        {"factor": 1},
        {"factor": 101},
        {"observed": "0", "every": 2},
        {"observed": "0", "factor": 2},
        {"every": 2, "factor": 2},
    ],
)
def test_what_names_no_frames_is_refused(options):
    with pytest.raises(ValidationError):
        InterpolationOptions(**options)


def test_the_baseline_blends_the_neighbours_in_proportion():
    task, clips = FrameInterpolation(), torch.rand(2, *SHAPE, 3)
    blend = task.baseline(clips, observed(observed="1,5,7"))
    for frame, parts in {0: {1: 1}, 1: {1: 1}, 2: {1: 0.75, 5: 0.25}, 4: {1: 0.25, 5: 0.75}, 5: {5: 1}}.items():
        assert torch.allclose(blend[:, frame], sum(share * clips[:, n] for n, share in parts.items())), frame
    assert torch.allclose(blend[:, 6], (clips[:, 5] + clips[:, 7]) / 2) and torch.equal(blend[:, 8], clips[:, 7])


def test_new_frames_come_between_all_that_are_seen():
    task, options, clips = FrameInterpolation(), InterpolationOptions(factor=8), torch.rand(1, *SHAPE, 3)
    assert observed(factor=8).mask is None and torch.equal(task.baseline(clips, observed(factor=8)), clips)
    assert task.result(SHAPE, options) == (72, 4, 6) and task.result(SHAPE, InterpolationOptions(every=2)) == SHAPE
    with pytest.raises(BadInput, match="--factor all of them"):
        task.paper(SHAPE, options)


def test_the_paper_sees_the_first_and_the_last():
    assert FrameInterpolation().paper(SHAPE, InterpolationOptions(every=2)).frames(25) == [0, 24]
