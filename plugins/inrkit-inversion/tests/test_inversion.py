"""Everything is seen, and the answer to beat stands still."""

import torch

from inrkit import ObservationTask, plugins
from inrkit.testing import check_task
from inrkit_inversion.task import Inversion


def test_it_is_offered():
    offers = {item["name"]: item["kind"] for plugin in plugins() for item in plugin["provides"]}
    assert offers["invert"] == "task"


def test_it_keeps_what_its_door_promises():
    check_task("invert")


def test_everything_is_seen():
    task = Inversion()
    observation = task.observe((5, 4, 6), None, torch.Generator())
    assert isinstance(task, ObservationTask) and observation.mask is None and not task.hides_frames
    rgb = torch.rand(2, 5, 4, 6, 3)
    assert torch.equal(observation.see(rgb), rgb)


def test_the_baseline_is_the_mean_frame():
    clips = torch.rand(2, 5, 4, 6, 3)
    still = Inversion().baseline(clips, None)
    assert still.shape == clips.shape
    for frame in still.unbind(1):
        torch.testing.assert_close(frame, sum(clips.unbind(1)) / 5)
