"""What a task makes of one video: new frames, another size, no truth."""

from fractions import Fraction

import pytest
import torch

from inrkit import INR, BadInput, Observation, ObservationTask, PluginError
from inrkit.engine.fit_options import FitOptions
from inrkit.engine.footage import read_footage
from inrkit.engine.geometry import geometry
from inrkit.engine.job import Job
from inrkit.engine.observe import batches, draw, recover
from inrkit.engine.observe_files import comparison_of
from inrkit.engine.record import measure, record_of
from inrkit.engine.result import check_between, settle
from inrkit.testing import tiny_model
from inrkit.video import write_png

LENGTH, SIZE = 4, (8, 8)


class Making(ObservationTask):
    """Makes of a video what its options are, of (frames, height, width) a multiple each."""

    def observe(self, clip_shape, options, generator):
        return Observation()

    def result(self, shape, options):
        return tuple(int(side * Fraction(times)) for side, times in zip(shape, options, strict=True))


class Lone(Making):
    """Its videos are no truth."""

    def observe(self, clip_shape, options, generator):
        seen = Observation()
        seen.truth = False
        return seen

    def baseline(self, clips, observation):
        return -clips


@pytest.fixture(scope="module")
def model():
    return tiny_model((LENGTH, *SIZE), steps=1)


@pytest.fixture
def film(tmp_path):
    """A folder of pictures that change slowly."""

    def make(frames=7, height=8, width=8):
        for index in range(frames):
            frame = torch.full((height, width, 3), 20 + 20 * index, dtype=torch.uint8)
            write_png(tmp_path / "film" / f"{index:03d}.png", frame)
        return tmp_path / "film"

    return make


@pytest.fixture
def made(model, film):
    """A job and what it recovered: ``made((3, 1, 1))``, with settings of the footage."""

    def call(options, task=Making, size=SIZE, frames=7, **how):
        job = Job("making", task(), options, model, FitOptions(steps=1, start="mean"))
        video = read_footage(film(frames, *size), model.config.data, **how)
        settle(job, video)
        (done,) = recover(job.settled(video.options), [video])
        return job.settled(video.options), done

    return call


def drawn(job, done):
    return torch.stack(list(draw(job.model, done.found, done.footage)))


def pictures(job, done):
    """The comparison, and its frames."""
    comparison = comparison_of(job, done.footage, drawn(job, done), measure(job, done))
    return comparison, torch.cat(list(comparison.frames()))


@pytest.mark.parametrize("how", [{}, {"at": 0.08}, {"frames": 3, "short": "hold"}])
def test_between_frames_that_stay_as_they_are_new_ones_are_rendered(made, how):
    """Of several windows, of one, and of a video shorter than one."""
    job, done = made((4, 1, 1), **how)
    video = done.footage
    own = len(video.positions)
    finer = drawn(job, done)
    video.factor = 1
    assert len(finer) == 4 * own and torch.equal(finer[::4], drawn(job, done))
    assert (finer[-4:] == finer[-1]).all()  # the last stands as long as it did
    steps = (finer[1:-3].int() - finer[:-4].int()).abs().float().mean((1, 2, 3))
    assert (steps > 0).float().mean() > 0.5 and steps.max() < 20  # no frame stands, none jumps


def test_a_moment_of_every_new_frame_lies_in_its_place(made):
    _, done = made((2, 1, 1))
    assert done.footage.moments.tolist() == [n / 2 for n in range(13)]
    assert done.footage.starts == [0, 3]


def test_only_frames_that_have_a_truth_are_measured(made):
    job, done = made((3, 1, 1))
    finer = record_of(job, done, measure(job, done))
    comparison, shown = pictures(job, done)
    plain_job, plain = made((1, 1, 1))
    assert finer["scores"] == record_of(plain_job, plain, measure(plain_job, plain))["scores"]
    before, beside = pictures(plain_job, plain)
    assert comparison.psnr == pytest.approx(before.psnr)
    assert shown.shape == (21, 8, 24, 3) and beside.shape == (7, 8, 24, 3)
    assert (finer["shape"], finer["fps"], finer["factor"]) == ([21, 8, 8], 75, 3)
    given, blend = shown[:, 0, 0, 0].float(), shown[:, 0, 8, 0].float()
    assert given[:9].tolist() == [20, 20, 20, 40, 40, 40, 60, 60, 60]  # it stands until the next
    assert blend[:7] == pytest.approx(torch.linspace(20, 60, 7), abs=1) and blend[-3:].tolist() == [140, 140, 140]


def test_a_result_has_the_size_that_is_asked_for(made):
    job, done = made((1, 2, 3), size=(6, 10))
    assert done.footage.shown.source == (12, 30) and done.footage.place.source == (6, 10)
    assert record_of(job, done, measure(job, done))["shape"] == [7, 12, 30]
    assert pictures(job, done)[1].shape == (7, 6, 30, 3)  # beside the truth, at its size


def test_without_a_truth_nothing_is_measured(made):
    job, done = made((1, 2, 2), Lone)
    record = record_of(job, done, measure(job, done))
    assert record["scores"] == {} and not record["below_a_still_picture"] and "no truth" in record["verdict"]
    error = float(done.found.error.mean()) / 4
    assert f"{-10 * torch.log10(torch.tensor(error)):.1f} dB" in record["verdict"]
    comparison, shown = pictures(job, done)
    assert comparison.psnr is None and shown.shape == (7, 16, 48, 3)
    assert (shown[:, :, :16] == done.footage.seen[:, :1, :1]).all()  # the input
    assert (shown[:, :, 16:32].int() + shown[:, :, :16].int() - 255).abs().max() <= 1  # the trivial answer
    assert comparison.names == ("input", "what was seen, filled in", "recovered")


@pytest.mark.parametrize("options", [("3/2", 1, 1), (0, 1, 1), (1, 0, 1)])
def test_a_task_that_makes_no_sense_is_at_fault(made, options):
    with pytest.raises(PluginError, match="author"):
        made(options)


def test_immense_frames_are_refused(made):
    with pytest.raises(BadInput, match="A frame may have"):
        made((1, 1000, 1000))


def test_videos_of_other_options_are_not_fitted_together(model, film):
    videos = [read_footage(film(), model.config.data) for _ in range(4)]
    for video, options in zip(videos, (1, 1, 2, 1), strict=True):
        video.options = options
    assert [len(group) for group in batches(iter(videos))] == [2, 1, 1]


class Slides(INR):
    """Whole frames, one after another; `between` says what is shown there."""

    unit = "frame"

    def __init__(self, between):
        super().__init__()
        self.between = between

    def evaluate(self, coords, weights):
        place = (coords[..., :1] + 1) / 2 * (LENGTH - 1)
        return self.between(place).expand(*coords.shape)


def raises(place):
    if (place % 1).any():
        raise IndexError("no such frame")
    return place


@pytest.mark.parametrize(("between", "said"), [(torch.round, "one of them again"), (raises, "no such frame")])
def test_a_network_of_whole_frames_alone_is_refused(model, between, said):
    own = model.inr
    try:
        model.inr = Slides(lambda place: place)
        check_between(model)
        model.inr = Slides(between)
        with pytest.raises(BadInput, match=said):
            check_between(model)
    finally:
        model.inr = own


@pytest.mark.parametrize(("source", "size"), [((12, 18), (24, 36)), ((12, 18), (30, 18)), ((40, 20), (10, 5))])
@pytest.mark.parametrize("fit", ["crop", "pad", "squash"])
def test_a_clip_lies_in_a_picture_of_another_size_where_it_lay(source, size, fit):
    place, same = geometry(source, (8, 8), fit), geometry(source, (8, 8), fit).of(source)
    assert torch.equal(same.rows.places, place.rows.places) and torch.equal(same.covered, place.covered)
    other = place.of(size)
    assert other.source == size
    ramp = (torch.arange(8) * 30).view(1, 8, 1, 1).expand(1, 8, 8, 3).to(torch.uint8)
    for before, after in ((place.rows, other.rows), (place.columns, other.columns)):
        assert after.places[0] - after.step / 2 == pytest.approx(before.places[0] - before.step / 2)
        assert after.places[-1] + after.step / 2 == pytest.approx(before.places[-1] + before.step / 2)
    assert other.enlarge(ramp).shape == (1, *size, 3)
    assert other.covered.double().mean() == pytest.approx(float(place.covered.double().mean()), abs=0.11)


@pytest.mark.parametrize(
    ("source", "fit", "pixels"),
    [((4, 4), "crop", (4, 4)), ((4, 6), "crop", (4, 4)), ((4, 6), "squash", (4, 6)), ((4, 8), "pad", (8, 8))],
)
def test_how_many_pixels_of_the_input_are_as_large_as_a_clip(source, fit, pixels):
    assert geometry(source, (8, 8), fit).pixels == pixels
