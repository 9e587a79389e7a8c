"""A half, a box or a mask hides a part of the picture, and the answer to beat is the mean of the rest."""

from pathlib import Path

import pytest
import torch
from pydantic import ValidationError

from inrkit import BadInput, Observation, plugins
from inrkit.testing import check_task
from inrkit_inpainting.options import InpaintingOptions
from inrkit_inpainting.task import Inpainting

SHAPE = (3, 6, 9)


def seen(**options):
    return Inpainting().observe(SHAPE, InpaintingOptions(**options), torch.Generator()).mask


def hidden(**options):
    return Inpainting().hidden(SHAPE, InpaintingOptions(**options))


def test_it_is_offered():
    offers = {item["name"]: item["kind"] for plugin in plugins() for item in plugin["provides"]}
    assert offers["inpaint"] == "task"


@pytest.mark.parametrize("options", [None, {"keep": "right"}, {"box": "0,0,8,8"}])
def test_it_keeps_what_its_door_promises(options):
    check_task("inpaint", options)


@pytest.mark.parametrize(
    ("options", "rows", "columns"),
    [
        ({}, slice(0, 3), slice(None)),
        ({"keep": "top"}, slice(0, 3), slice(None)),
        ({"keep": "bottom"}, slice(3, 6), slice(None)),
        ({"keep": "left"}, slice(None), slice(0, 4)),
        ({"keep": "right"}, slice(None), slice(5, 9)),
    ],
)
def test_a_half_is_seen_in_every_frame(options, rows, columns):
    wanted = torch.zeros(SHAPE, dtype=torch.bool)
    wanted[:, rows, columns] = True
    assert torch.equal(seen(**options), wanted) and hidden(**options) is None


def test_one_row_has_no_half():
    with pytest.raises(BadInput, match="no top half"):
        Inpainting().observe((3, 1, 9), InpaintingOptions(), torch.Generator())


def test_a_box_hides_pixels_of_the_input():
    mask = hidden(box="1,2,4,9")
    assert mask.shape == SHAPE[1:] and mask.sum() == 3 * 7 and mask[1:4, 2:9].all()
    assert seen(box="1,2,4,9") is None


@pytest.mark.parametrize("box", ["0,0,7,9", "0,0,6,10", "-1,0,3,3", "0,-1,3,3"])
def test_a_box_outside_of_the_picture_is_refused(box):
    with pytest.raises(BadInput, match="outside of a picture of 6x9"):
        hidden(box=box)


def test_a_mask_is_read_by_the_core(tmp_path):
    (tmp_path / "m.png").touch()
    assert hidden(mask=tmp_path / "m.png") == tmp_path / "m.png" and seen(mask=tmp_path / "m.png") is None


@pytest.mark.parametrize(
    "options",
    [
        {"box": "1,2,3"},
        {"box": "a,0,3,3"},
        {"box": "3,0,3,3"},
        {"box": "0,4,3,3"},
        {"keep": "middle"},
        {"mask": Path("there-is-none.png")},
        {"keep": "top", "box": "0,0,3,3"},
    ],
)
def test_what_hides_no_part_is_refused(options):
    with pytest.raises(ValidationError):
        InpaintingOptions(**options)


@pytest.mark.parametrize("each_its_own", [False, True])
def test_the_baseline_is_the_mean_of_what_is_seen_of_each_clip(each_its_own):
    clips, mask = torch.rand(2, *SHAPE, 3), torch.rand(*((2,) if each_its_own else ()), *SHAPE) < 0.5
    answer = Inpainting().baseline(clips, Observation(mask))
    for clip, one, given in zip(clips, mask.expand(2, *SHAPE), answer, strict=True):
        assert torch.equal(given[one], clip[one])
        assert torch.allclose(given[~one], clip[one].mean(0).expand(int((~one).sum()), 3), atol=1e-6)


def test_the_paper_sees_the_top_half():
    assert Inpainting().paper(SHAPE, InpaintingOptions(keep="left")).half == "top"
