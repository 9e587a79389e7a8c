"""Luminance is seen, and nothing else."""

import torch

from inrkit import plugins
from inrkit_colourise.task import Colourising

OBSERVATION = Colourising().observe((2, 4, 5), None, torch.Generator())


def test_it_is_offered():
    offers = {item["name"]: item["kind"] for plugin in plugins() for item in plugin["provides"]}
    assert offers["colourise"] == "task"


def test_black_white_and_grey_are_as_they_were():
    grey = torch.tensor([-1.0, 0.25, 1.0]).view(1, 1, 1, 3, 1).expand(1, 1, 1, 3, 3)
    torch.testing.assert_close(OBSERVATION.fill(OBSERVATION.see(grey)), grey)


def test_colours_of_one_luminance_look_the_same():
    red = torch.tensor([[0.5, 0.0, 0.0]])
    blue = torch.tensor([[0.0, 0.0, 0.5 * 0.299 / 0.114]])
    torch.testing.assert_close(OBSERVATION.see(red), OBSERVATION.see(blue))


def test_the_answer_to_beat_is_the_grey_video():
    clips = torch.rand(3, 2, 4, 5, 3) * 2 - 1
    grey = Colourising().baseline(clips, OBSERVATION)
    assert grey.shape == clips.shape and torch.equal(grey[..., 0], grey[..., 2])
    torch.testing.assert_close(OBSERVATION.see(grey), OBSERVATION.see(clips))
