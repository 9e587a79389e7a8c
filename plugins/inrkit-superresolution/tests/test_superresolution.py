"""Area averages are seen, and the answer to beat is bicubic."""

import pytest
import torch
import torch.nn.functional as F
from pydantic import ValidationError

from inrkit import BadInput, plugins
from inrkit.testing import check_task
from inrkit_superresolution.options import SuperresolutionOptions
from inrkit_superresolution.task import AreaAverage, Superresolution, shares

SHAPE = (3, 12, 18)


def observed(low, shape=SHAPE):
    return Superresolution().observe(shape, SuperresolutionOptions(low=low), torch.Generator())


def test_it_is_offered():
    offers = {item["name"]: item["kind"] for plugin in plugins() for item in plugin["provides"]}
    assert offers["superresolve"] == "task"


@pytest.mark.parametrize("options", [None, {"low": 1}, {"low": 5}, {"size": "40"}])
def test_it_keeps_what_its_door_promises(options):
    check_task("superresolve", options)


@pytest.mark.parametrize("low", [2, 4, 6])
def test_whole_ratios_are_means_of_blocks(low):
    clips = torch.rand(2, *SHAPE, 3)
    blocks = F.avg_pool2d(clips.flatten(0, 1).permute(0, 3, 1, 2), 12 // low).permute(0, 2, 3, 1).unflatten(0, (2, 3))
    assert torch.allclose(observed(low).see(clips), blocks, atol=1e-6)


def test_other_ratios_share_pixels_by_area():
    assert torch.allclose(shares(3, 2), torch.tensor([[2, 1, 0], [0, 1, 2]]).double() / 3)


@pytest.mark.parametrize(("high", "low"), [(100, 32), (64, 7), (5, 5), (5, 1)])
def test_a_sensor_loses_no_light(high, low):
    parts = shares(high, low)
    assert torch.allclose(parts.sum(1), torch.ones(low).double())
    assert torch.allclose(parts.sum(0), torch.full((high,), low / high).double())


@pytest.mark.parametrize(("shape", "low", "size"), [((3, 12, 18), 8, (8, 12)), ((3, 12, 2), 1, (1, 1))])
def test_columns_are_in_proportion(shape, low, size):
    assert observed(low, shape).see(torch.rand(1, *shape, 3)).shape == (1, 3, *size, 3)


@pytest.mark.parametrize("low", [12, 13])
def test_something_must_be_lost(low):
    with pytest.raises(BadInput, match="at most 11"):
        observed(low)


@pytest.mark.parametrize("options", [{"low": 0}, {"size": "big"}, {"size": "0"}, {"size": "8x0"}, {"size": "-8"}])
def test_what_is_no_size_is_refused(options):
    with pytest.raises(ValidationError):
        SuperresolutionOptions(**options)


def settled(pixels, **options):
    return Superresolution().settle(SHAPE, pixels, SuperresolutionOptions(**options))


def test_a_small_video_is_what_is_seen():
    task, options, clips = Superresolution(), settled((4, 6)), torch.rand(1, *SHAPE, 3)
    seeing = task.observe(SHAPE, options, torch.Generator())
    assert seeing.see(clips).shape == (1, 3, 4, 6, 3) and not seeing.truth and observed(4).truth
    assert torch.equal(task.baseline(clips, seeing), clips)  # they are its enlargement already


@pytest.mark.parametrize(
    ("options", "size"),
    [({}, (12, 30)), ({"size": "20"}, (20, 50)), ({"size": "7x9"}, (7, 9)), ({"low": 2}, (4, 10)),
     ({"low": 2, "size": "16"}, (16, 40))],
)  # fmt: skip
def test_the_result_of_a_video_of_4x10_has_its_proportions_or_the_size_that_is_asked_for(options, size):
    assert Superresolution().result((5, 4, 10), settled((4, 6), **options)) == (5, *size)


@pytest.mark.parametrize(
    ("pixels", "options", "said"),
    [
        ((4, 6), {"low": 4}, "--low 4 is no reduction: clips of the run show 4 rows .*at most 3"),
        ((4, 6), {"low": 5}, "--low 5 is no reduction"),
        ((12, 18), {}, "nothing to recover: clips of the run have 12 rows, and show 12"),
        ((30, 45), {}, "--low N"),
    ],
)
def test_a_sensor_must_see_less_than_the_video_or_the_video_less_than_a_clip(pixels, options, said):
    with pytest.raises(BadInput, match=said):
        settled(pixels, **options)


def test_the_baseline_is_bicubic_and_stays_in_range():
    clips = torch.rand(1, *SHAPE, 3).round() * 2 - 1
    observation = observed(6)
    answer, low = Superresolution().baseline(clips, observation), observation.see(clips)
    frame = F.interpolate(low[0, 1].permute(2, 0, 1)[None], size=(12, 18), mode="bicubic")[0].permute(1, 2, 0)
    assert torch.allclose(answer[0, 1], frame.clamp(-1, 1), atol=1e-6) and answer.abs().max() <= 1


def test_a_constant_video_stays_itself():
    clips = torch.full((1, *SHAPE, 3), 0.3)
    seeing = AreaAverage((12, 18), (5, 7))
    assert torch.allclose(seeing.fill(seeing.see(clips)), clips, atol=1e-6)


@pytest.mark.parametrize(("rows", "low"), [(100, 32), (64, 20), (4, 1), (2, 1)])
def test_the_paper_sees_32_of_100(rows, low):
    assert Superresolution().paper((3, rows, rows), SuperresolutionOptions()).low == low
