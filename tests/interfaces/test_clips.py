"""Clips and what was seen of them."""

import pytest
import torch
import torch.nn.functional as F

from inrkit import ClipBatch, Observation, per_clip, to_float
from inrkit.interfaces.coordinates import grid

SHAPE = (4, 6, 8)
FIRST = torch.zeros(SHAPE, dtype=torch.bool)
FIRST[:2] = True


@pytest.fixture
def video():
    return torch.randint(0, 256, (5, *SHAPE, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def scattered():
    """A mask of about a quarter of the pixels."""
    return torch.rand(SHAPE, generator=torch.Generator().manual_seed(1)) < 0.25


class Luminance(Observation):
    def see(self, rgb):
        return rgb @ rgb.new_tensor([0.299, 0.587, 0.114]).unsqueeze(-1)

    def fill(self, seen):
        return seen.expand(*seen.shape[:-1], 3)


class Blur(Observation):
    """Each frame blurred: known frame by frame only."""

    unit = "frame"

    def see(self, rgb):
        frames = rgb.flatten(0, 1).permute(0, 3, 1, 2)
        return F.avg_pool2d(frames, 3, 1, 1).permute(0, 2, 3, 1).unflatten(0, rgb.shape[:2])


class Motion(Observation):
    """Neighbouring frames averaged: known for a whole clip only."""

    unit = "clip"

    def see(self, rgb):
        return (rgb[:, 1:] + rgb[:, :-1]) / 2

    def fill(self, seen):
        return torch.cat((seen, seen[:, -1:]), 1)


def pixels_at(video, coords):
    """(B, N, 3): the pixels of float clips at coordinates (B|1, N, 3), looked up one by one."""
    size = torch.tensor(SHAPE) - 1
    index = ((coords + 1) / 2 * size).round().long().expand(len(video), -1, -1)
    return torch.stack([clip[tuple(place.unbind(-1))] for clip, place in zip(video, index, strict=True)])


def hidden_as_nan(video, mask):
    return torch.where(mask[..., None], to_float(video), torch.nan)


# Everything seen


@pytest.mark.parametrize("given", ["bytes", "floats"])
@pytest.mark.parametrize("amount", [None, 30])
def test_the_target_of_a_point_is_the_pixel_there(video, given, amount):
    sample = ClipBatch(video if given == "bytes" else to_float(video)).sample("point", amount)
    assert sample.coords.shape == (1, amount or 4 * 6 * 8, 3)
    assert sample.target.dtype == torch.float32
    assert torch.equal(sample.target, pixels_at(to_float(video), sample.coords))
    assert sample.share.tolist() == [1.0]


def test_all_points_come_in_the_order_of_the_grid(video):
    sample = ClipBatch(video).sample()
    assert torch.equal(sample.coords, grid(SHAPE).reshape(1, -1, 3))
    assert torch.equal(sample.target, to_float(video).flatten(1, 3))


@pytest.mark.parametrize(("amount", "frames"), [(1, 1), (48, 1), (100, 2), (192, 4), (10_000, 4), (None, 4)])
def test_frames_come_whole_and_as_many_as_are_nearest_to_the_amount(video, amount, frames):
    sample = ClipBatch(video).sample("frame", amount)
    assert sample.coords.shape == (1, frames, 6, 8, 3)
    assert sample.target.shape == (5, frames, 6, 8, 3)
    assert torch.equal(sample.target.flatten(1, 3), pixels_at(to_float(video), sample.coords.flatten(1, 3)))
    times = sample.coords[0, :, 0, 0, 0]
    assert torch.equal(times, times.sort().values)
    assert len(times.unique()) == frames


def test_a_clip_comes_whole_whatever_the_amount(video):
    sample = ClipBatch(video).sample("clip", 1)
    assert torch.equal(sample.coords, grid(SHAPE))
    assert torch.equal(sample.target, to_float(video))


def test_rows_choose_clips_without_copying_the_video(video):
    rows = torch.tensor([3, 0, 3])
    clips = ClipBatch(video, rows=rows)
    assert len(clips) == 3
    assert clips._video is video
    for unit in ("point", "frame", "clip"):
        sample = clips.sample(unit, 60)
        whole = pixels_at(to_float(video[rows]), sample.coords.flatten(1, -2))
        assert torch.equal(sample.target.flatten(1, -2), whole)
    assert torch.equal(clips.frames, to_float(video[rows]))


@pytest.mark.parametrize("unit", ["point", "frame"])
def test_a_seed_means_the_same_samples_and_each_call_another(video, unit):
    one, same, other = (ClipBatch(video, seed=seed) for seed in (7, 7, 8))
    draws = [[clips.sample(unit, 48).coords for _ in range(8)] for clips in (one, same, other)]
    assert all(torch.equal(a, b) for a, b in zip(draws[0], draws[1], strict=True))
    assert any(not torch.equal(a, b) for a, b in zip(draws[0], draws[2], strict=True))
    assert any(not torch.equal(draws[0][0], later) for later in draws[0][1:])


def test_the_sample_is_the_same_whichever_clips_are_in_the_batch(video):
    one = ClipBatch(video, rows=torch.tensor([1]), seed=3).sample("point", 20)
    many = ClipBatch(video, seed=3).sample("point", 20)
    assert torch.equal(one.coords, many.coords)
    assert torch.equal(one.target[0], many.target[1])


def test_no_global_generator_is_touched(video):
    before = torch.get_rng_state()
    ClipBatch(video, seed=3).sample("point", 20)
    ClipBatch(video, seed=3).sample("frame", 20)
    assert torch.equal(torch.get_rng_state(), before)


def test_what_it_carries(video):
    codes, features = {"z": torch.ones(5, 2)}, {"clip": torch.ones(5, 1)}
    clips = ClipBatch(video, index=torch.arange(5), codes=codes, features=features, device="cpu")
    assert clips.shape == SHAPE
    assert clips.codes is codes
    assert clips.features is features
    assert clips.index.tolist() == [0, 1, 2, 3, 4]
    assert ClipBatch(video).index is None
    assert ClipBatch(video).codes == {}


def test_samples_and_frames_go_to_the_device_asked_for(video):
    clips = ClipBatch(video, device="meta")
    sample = clips.sample("point", 5)
    assert {value.device.type for value in (sample.coords, sample.target, sample.share, clips.frames)} == {"meta"}
    assert clips.sample("frame", 5).target.device.type == "meta"


# Some of it hidden


@pytest.mark.parametrize("amount", [None, 20])
def test_only_seen_points_are_drawn_and_nothing_hidden_gets_through(video, scattered, amount):
    sample = ClipBatch(hidden_as_nan(video, scattered), observation=Observation(scattered)).sample("point", amount)
    assert sample.coords.shape[1] == (amount or int(scattered.sum()))
    assert torch.equal(sample.target, pixels_at(to_float(video), sample.coords))
    assert sample.target.isfinite().all()
    assert sample.share.tolist() == [1.0]


@pytest.mark.parametrize("unit", ["frame", "clip"])
def test_hidden_pixels_of_frames_are_nought_on_both_sides_and_share_makes_it_right(video, scattered, unit):
    sample = ClipBatch(hidden_as_nan(video, scattered), observation=Observation(scattered)).sample(unit)
    rgb = torch.rand(5, *SHAPE, 3)
    seen = sample.see(rgb)
    assert torch.equal(sample.target, torch.where(scattered[..., None], to_float(video), 0.0))
    assert torch.equal(seen, torch.where(scattered[..., None], rgb, 0.0))
    expected = (rgb - to_float(video)).square()[:, scattered].flatten(1).mean(1)
    torch.testing.assert_close(per_clip((seen - sample.target).square()) / sample.share, expected)


def test_the_share_is_that_of_the_frames_drawn(video, scattered):
    clips = ClipBatch(hidden_as_nan(video, scattered), observation=Observation(scattered))
    for _ in range(4):
        sample = clips.sample("frame", 48)
        (frame,) = (grid(SHAPE)[0, :, 0, 0, 0] == sample.coords[0, 0, 0, 0, 0]).nonzero()[0].tolist()
        assert sample.share.item() == pytest.approx(scattered[frame].float().mean().item())


def test_a_frame_of_which_nothing_was_seen_costs_nothing(video):
    clips = ClipBatch(hidden_as_nan(video, FIRST), observation=Observation(FIRST))
    for _ in range(6):
        sample = clips.sample("frame", 48)
        error = per_clip((sample.see(torch.ones(5, 1, 6, 8, 3)) - sample.target).square()) / sample.share
        assert error.isfinite().all()
        assert bool((error > 0).all()) == bool(sample.coords[0, 0, 0, 0, 0] < 0)


@pytest.fixture
def differing():
    return torch.rand(5, *SHAPE, generator=torch.Generator().manual_seed(2)) < torch.tensor(
        [0.1, 0.3, 0.5, 0.7, 0.9]
    ).view(5, 1, 1, 1)


def test_differing_masks_draw_for_each_clip_among_its_own(video, differing):
    sample = ClipBatch(hidden_as_nan(video, differing), observation=Observation(differing)).sample("point", 25)
    assert sample.coords.shape == (5, 25, 3)
    assert sample.target.isfinite().all()
    assert torch.equal(sample.target, pixels_at(to_float(video), sample.coords))
    assert not torch.equal(sample.coords[0], sample.coords[1])


@pytest.mark.parametrize("unit", ["point", "frame", "clip"])
def test_differing_masks_give_each_clip_the_mean_over_what_it_showed(video, differing, unit):
    sample = ClipBatch(hidden_as_nan(video, differing), observation=Observation(differing)).sample(unit)
    rgb = torch.rand(5, *SHAPE, 3)
    given = rgb.flatten(1, 3) if unit == "point" else rgb
    found = per_clip((sample.see(given) - sample.target).square()) / sample.share
    error = (rgb - to_float(video)).square()
    expected = torch.stack([one[mask].mean() for one, mask in zip(error, differing, strict=True)])
    torch.testing.assert_close(found, expected)


def test_what_a_clip_of_a_differing_mask_draws_depends_on_the_clip_and_not_on_its_company(video, differing):
    def draw(rows):
        index = torch.tensor(rows)
        observation = Observation(differing[index])
        return ClipBatch(video, rows=index, index=index, observation=observation, seed=4).sample("point", 9)

    together, alone = draw([0, 2, 3]), draw([3])
    assert torch.equal(together.coords[2], alone.coords[0])
    assert torch.equal(together.target[2], alone.target[0])


def test_clips_of_differing_masks_draw_by_generators_of_their_own(video, scattered):
    sample = ClipBatch(video, observation=Observation(scattered.expand(5, -1, -1, -1))).sample("point", 20)
    assert len(sample.coords.flatten(1).unique(dim=0)) == 5


def test_a_gradient_at_a_hidden_pixel_is_nought(video, scattered):
    for mask in (scattered, scattered.expand(5, -1, -1, -1)):
        for unit in ("frame", "point"):
            sample = ClipBatch(hidden_as_nan(video, mask), observation=Observation(mask)).sample(unit)
            rgb = torch.zeros(5, *sample.coords.shape[1:], requires_grad=True)
            (sample.see(rgb) - sample.target).square().sum().backward()
            assert rgb.grad.isfinite().all()
            if unit == "frame":
                assert not rgb.grad[:, ~scattered].any()


def test_frames_are_the_guess_of_the_observation(video, scattered):
    clips = ClipBatch(hidden_as_nan(video, scattered), observation=Observation(scattered))
    assert torch.equal(clips.frames, torch.where(scattered[..., None], to_float(video), 0.0))
    brightness = ClipBatch(to_float(video), observation=Luminance()).frames
    assert brightness.shape == (5, *SHAPE, 3)
    assert torch.equal(brightness[..., 0], brightness[..., 2])
    blended = ClipBatch(to_float(video), observation=Motion()).frames
    torch.testing.assert_close(blended[:, 0], to_float(video)[:, :2].mean(1))
    assert torch.equal(blended[:, 3], blended[:, 2])


def test_what_was_hidden_is_not_in_it(video, scattered):
    clips = ClipBatch(video, observation=Observation(scattered))
    assert clips._video is None
    assert not clips._seen[:, ~scattered].any()


# Other ways to see


@pytest.mark.parametrize("amount", [None, 20])
def test_brightness_is_seen_point_by_point(video, amount):
    sample = ClipBatch(video, observation=Luminance()).sample("point", amount)
    rgb = pixels_at(to_float(video), sample.coords)
    assert sample.target.shape == (5, amount or 192, 1)
    torch.testing.assert_close(sample.see(rgb), sample.target)


@pytest.mark.parametrize("unit", ["point", "frame"])
def test_an_observation_of_frames_keeps_frames_whole(video, unit):
    clips = ClipBatch(video, observation=Blur())
    for _ in range(3):
        sample = clips.sample(unit, 100)
        assert sample.coords.shape == (1, 2, 6, 8, 3)
        rgb = pixels_at(to_float(video), sample.coords.flatten(1, 3)).unflatten(1, (2, 6, 8))
        torch.testing.assert_close(sample.see(rgb), sample.target)
        assert sample.share.tolist() == [1.0]


@pytest.mark.parametrize("unit", ["point", "frame", "clip"])
def test_an_observation_of_clips_keeps_clips_whole(video, unit):
    sample = ClipBatch(video, observation=Motion()).sample(unit, 1)
    assert torch.equal(sample.coords, grid(SHAPE))
    assert sample.target.shape == (5, 3, 6, 8, 3)
    torch.testing.assert_close(sample.see(to_float(video)), sample.target)


@pytest.mark.parametrize("kind", [Blur, Motion])
def test_hidden_pixels_are_nought_before_they_are_seen(video, scattered, kind):
    sample = ClipBatch(hidden_as_nan(video, scattered), observation=kind(scattered)).sample("frame")
    zeroed = torch.where(scattered[..., None], to_float(video), 0.0)
    torch.testing.assert_close(sample.target, kind().see(zeroed))
    torch.testing.assert_close(sample.see(to_float(video)), sample.target)


class Sharpens(Luminance):
    truth = False

    def seen(self, clips):
        return clips.mean(-1, keepdim=True)


def test_an_observation_may_say_what_was_seen_by_another_way_than_answers_are(video):
    """As where the video itself is blurred: it is compared as it is, with an answer that is blurred first."""
    sample = ClipBatch(video, observation=Sharpens()).sample("frame")
    pixels = to_float(video)
    assert torch.allclose(sample.target, pixels.mean(-1, keepdim=True))
    assert torch.equal(sample.see(pixels), Luminance().see(pixels))
