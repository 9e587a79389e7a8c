"""What a task hides in pixels of the input is hidden of clips, whatever their size and rate."""

import numpy as np
import pytest
import torch

from inrkit import BadInput, Observation, ObservationTask, PluginError
from inrkit.engine.fit_options import FitOptions
from inrkit.engine.footage import read_footage
from inrkit.engine.geometry import geometry
from inrkit.engine.hidden import hide, seen_in, shown
from inrkit.engine.job import Job
from inrkit.engine.observe import recover
from inrkit.testing import tiny_model
from inrkit.video import Video, open_frames, write_png
from inrkit.video.fit import Box

LENGTH, SIZE = 4, (8, 8)


class Hiding(ObservationTask):
    """Hides what its options are."""

    def observe(self, clip_shape, options, generator):
        return Observation()

    def hidden(self, shape, options):
        self.asked = shape
        return options


class HidingMore(Hiding):
    """And a corner of every second frame of clips."""

    def observe(self, clip_shape, options, generator):
        mask = torch.ones(clip_shape, dtype=torch.bool)
        mask[::2, 0, 0] = False
        return Observation(mask)


def noise(*shape):
    return torch.randint(0, 256, (*shape, 3), generator=torch.Generator().manual_seed(0)).to(torch.uint8)


def pictures(folder, frames):
    for index, frame in enumerate(frames):
        write_png(folder / f"{index:03d}.png", frame)
    return folder


def row_by_row(folder, frames):
    """A mask of which frame i hides row i."""
    white = torch.zeros(frames, *SIZE, 3, dtype=torch.uint8)
    white[range(frames), range(frames)] = 255
    return pictures(folder, white)


def some():
    mask = torch.zeros(SIZE, dtype=torch.bool)
    mask[2:4, 3:7] = True
    return mask


@pytest.fixture
def look(tmp_path):
    """The job, and the footage of a film of 8x8 of which `said` is hidden: ``look(said, frames=7, fps=12.5)``."""

    def call(said, task=Hiding, frames=7, fps=None, **how):
        model = tiny_model((LENGTH, *SIZE), steps=1)
        data = model.config.data
        data = data.model_copy(update={"options": data.options.model_copy(update={"fps": fps})})
        job = Job("hiding", task(), said, model, FitOptions(steps=2))
        video = read_footage(pictures(tmp_path / "film", noise(frames, *SIZE)), data, **how)
        hide(job, video)
        return job, video

    return call


def hidden_rows(job, video):
    """Of each frame at the run's rate the row that is hidden."""
    return (~shown(job, video, torch.arange(len(video.seen)))).all(2).nonzero()[:, 1].tolist()


def test_a_task_that_hides_nothing_there_changes_nothing(look):
    job, video = look(None)
    assert job.task.asked == (7, *SIZE)
    assert shown(job, video, torch.arange(7)) is None and seen_in(job, [(video, 0)]).mask is None
    job, video = look(None, HidingMore)
    assert torch.equal(shown(job, video, torch.arange(7)), job.pattern(7))


def test_one_picture_hides_the_same_of_every_frame(look):
    job, video = look(some())
    assert torch.equal(shown(job, video, torch.arange(7)), (~some()).expand(7, *SIZE))
    assert torch.equal(seen_in(job, [(video, 0), (video, 1)]).mask, (~some()).expand(LENGTH, *SIZE))  # (T, H, W)


def test_it_is_hidden_beside_what_the_task_hides_of_clips(look):
    job, video = look(some(), HidingMore)
    both = job.pattern(7) & ~some()
    assert torch.equal(shown(job, video, torch.arange(7)), both)
    windows = seen_in(job, [(video, window) for window in range(len(video.starts))]).mask
    for start, mask in zip(video.starts, windows, strict=True):
        assert torch.equal(mask, both[start : start + LENGTH])


def test_the_fit_never_sees_it(look):
    job, video = look(some())
    (before,) = recover(job, [video])
    video.seen[:, some()] = 255 - video.seen[:, some()]
    assert torch.equal(before.found.error, recover(job, [video])[0].found.error)
    video.seen[:, ~some()] = 255 - video.seen[:, ~some()]
    assert not torch.equal(before.found.error, recover(job, [video])[0].found.error)


@pytest.mark.parametrize(
    ("how", "rows"),
    [
        ({}, [0, 1, 2, 3, 4, 5, 6]),
        ({"at": 0.08}, [2, 3, 4, 5]),
        ({"fps": 12.5}, [0, 2, 4, 6]),
        ({"fps": 50.0, "at": 0.04}, [1, 2, 2, 3]),
        ({"frames": 3, "short": "loop"}, [0, 1, 2, 0]),
        ({"frames": 3, "short": "hold"}, [0, 1, 2, 2]),
    ],
)
def test_a_mask_of_many_frames_hides_those_that_are_shown(look, tmp_path, how, rows):
    frames = how.get("frames", 7)
    job, video = look(row_by_row(tmp_path / "mask", frames), **how)
    assert hidden_rows(job, video) == rows
    assert torch.equal(video.seen, noise(frames, *SIZE)[rows])


@pytest.mark.parametrize(
    ("white", "size", "frames", "said"),
    [
        (255, (8, 7), 1, "is 8x7, "),
        (0, SIZE, 1, "hides nothing of what the run's clips show"),
        (255, SIZE, 1, "hides all of frames 0 to 3"),
        (255, SIZE, 6, "has 6 frames, "),
        (255, SIZE, 9, "has more than 7 frames, "),
    ],
)
def test_masks_that_do_not_fit_are_refused(look, tmp_path, white, size, frames, said):
    mask = pictures(tmp_path / "mask", torch.full((frames, *size, 3), white, dtype=torch.uint8))
    with pytest.raises(BadInput, match=said):
        look(mask)


@pytest.mark.parametrize("said", [torch.ones(8, 7, dtype=torch.bool), torch.ones(SIZE)])
def test_a_task_that_gives_another_mask_is_at_fault(look, said):
    with pytest.raises(PluginError, match="author"):
        look(said)


BOX = Box(30, 40, 5, 10)
CUTS = [((40, 60), (8, 8)), ((45, 33), (20, 12)), ((96, 96), (64, 64)), ((40, 60), (40, 60))]


@pytest.mark.parametrize(("source", "size"), CUTS)
@pytest.mark.parametrize("fit", ["crop", "pad", "squash"])
def test_a_pixel_over_no_hidden_one_is_seen_and_every_other_is_not(source, size, fit):
    """Next to areas, found by a grid of sixteen points a side in each pixel of the input."""
    place = geometry(source, size, fit)
    hidden = torch.rand(source, generator=torch.Generator().manual_seed(0)) < 0.1
    hidden[-1, -1] = True
    fine = 16
    lines = []
    for axis in (place.rows, place.columns):
        count = len(axis.places)
        step = float(axis.places[1] - axis.places[0]) if count > 1 else axis.length
        inside = (torch.arange(count * fine).double() + 0.5) / fine - 0.5
        lines.append((axis.places[0] + step * inside).round().long())
    wanted = torch.zeros(size, dtype=torch.bool)
    for y, x in hidden.nonzero().tolist():
        rows, columns = (line[n * fine : (n + 1) * fine] for line, n in zip(lines, (y, x), strict=True))
        rows, columns = (n[(n >= 0) & (n < side)] for n, side in zip((rows, columns), size, strict=True))
        wanted[rows[:, None], columns] = True
    found = place.hides(hidden)
    assert not (wanted & ~found).any()
    assert float((found & ~wanted).double().mean()) < 0.05  # slivers thinner than the grid


@pytest.mark.parametrize(
    ("source", "size", "box"),
    [
        ((40, 64), (8, 8), None),
        ((45, 33), (20, 12), None),
        ((101, 67), (64, 64), None),
        ((40, 60), (10, 10), BOX),
        ((40, 40), (64, 64), None),
        ((32, 48), (64, 64), None),
    ],
)
@pytest.mark.parametrize("fit", ["crop", "pad", "squash"])
def test_what_is_hidden_does_not_come_through(source, size, box, fit):
    """Black or white under the mask: what is seen of clips, smaller ones and larger ones, stays the same."""
    place = geometry(source, size, fit, box)
    hidden = torch.zeros(source, dtype=torch.bool)
    hidden[11:20, 20:28] = True

    def seen(colour):
        frame = noise(*source)
        frame[hidden] = colour
        with open_frames(Video(frame[None], 25.0), size=size, fit=fit, box=box) as video:
            return torch.from_numpy(np.stack(list(video.pixels)))[0][~place.hides(hidden)]

    assert len(seen(0)) and torch.equal(seen(0), seen(255))
