"""The first frames are seen, and the answer to beat repeats the last of them."""

import pytest
import torch
from pydantic import ValidationError

from inrkit import BadInput, plugins
from inrkit.testing import check_task
from inrkit_frame_prediction.options import PredictionOptions
from inrkit_frame_prediction.task import FramePrediction

SHAPE = (25, 4, 6)


def test_it_is_offered():
    offers = {item["name"]: item["kind"] for plugin in plugins() for item in plugin["provides"]}
    assert offers["predict"] == "task"


def test_it_keeps_what_its_door_promises():
    check_task("predict")


@pytest.mark.parametrize("observed", [1, 4, 24])
def test_the_first_frames_are_seen_whole(observed):
    mask = FramePrediction().observe(SHAPE, PredictionOptions(observed=observed), torch.Generator()).mask
    assert mask.flatten(1).all(1).tolist() == [True] * observed + [False] * (25 - observed)
    assert mask.flatten(1).any(1).sum() == observed


@pytest.mark.parametrize("observed", [25, 26])
def test_something_must_be_left_to_predict(observed):
    with pytest.raises(BadInput, match="at most 24"):
        FramePrediction().observe(SHAPE, PredictionOptions(observed=observed), torch.Generator())


def test_no_frame_at_all_is_refused():
    with pytest.raises(ValidationError):
        PredictionOptions(observed=0)


def test_the_baseline_repeats_the_last_seen_frame():
    task, clips = FramePrediction(), torch.rand(2, *SHAPE, 3)
    observation = task.observe(SHAPE, PredictionOptions(observed=4), torch.Generator())
    repeated = task.baseline(clips, observation)
    assert torch.equal(repeated[:, :4], clips[:, :4])
    assert all(torch.equal(frame, clips[:, 3]) for frame in repeated[:, 4:].unbind(1))


@pytest.mark.parametrize(("frames", "observed"), [(25, 4), (50, 8), (16, 3), (3, 1)])
def test_the_paper_sees_4_of_25(frames, observed):
    assert FramePrediction().paper((frames, 4, 4), PredictionOptions(observed=2)).observed == observed
