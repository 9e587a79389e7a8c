"""What the runner of observation tasks shows, scores and keeps, on a tiny run."""

from itertools import pairwise

import pytest
import torch

import inrkit
from inrkit import BadInput, Observation, ObservationTask
from inrkit.engine.comparison import Comparison
from inrkit.engine.fit_options import FitOptions
from inrkit.engine.footage import read_footage
from inrkit.engine.found_file import Kept, read_found, save_found
from inrkit.engine.job import Job, in_windows
from inrkit.engine.judge import Judge, decibels, squared_error, verdict
from inrkit.engine.observe import batches, draw, pictures, recover
from inrkit.engine.reporter import Reporter
from inrkit.metrics.ssim import ssim
from inrkit.video import write_png

TINY = {
    "dataset.count": 4,
    "dataset.held_out": 0,
    "data.holdout": 0,
    "data.size": (8, 8),
    "data.frames": 5,
    "inr.width": 8,
    "hypernetwork.width": 8,
    "encoder.size": 4,
    "train.batch": 2,
    "train.steps": 12,
}


class Checkers(ObservationTask):
    """A third of the pixels is seen, others in every frame."""

    def observe(self, clip_shape, options, generator):
        t, y, x = (torch.arange(n) for n in clip_shape)
        return Observation((2 * t[:, None, None] + y[:, None] + x) % 3 == 0)


@pytest.fixture(scope="module")
def trained(tmp_path_factory, cache):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INRKIT_CACHE", str(cache))
        folder = tmp_path_factory.mktemp("observe")
        return inrkit.train(plugin="inrv", out=folder / "run", device="cpu", options=TINY)


@pytest.fixture
def run(clean, trained):
    return trained


def film(folder, frames=13, height=8, width=8, seed=0):
    """A folder of random pictures."""
    pixels = torch.randint(0, 256, (frames, height, width, 3), generator=torch.Generator().manual_seed(seed))
    for index, frame in enumerate(pixels.to(torch.uint8)):
        write_png(folder / f"{index:03d}.png", frame)
    return folder


@pytest.fixture
def job(run):
    return Job("checkers", Checkers(), None, inrkit.load(run), FitOptions(steps=3, points=1.0))


def footage(job, path, **how):
    return read_footage(path, job.model.config.data, **how)


def truth(video):
    return torch.stack(list(video.truth()))


def whole(job, done):
    return torch.stack(list(draw(job.model, done.found, done.footage)))


def seen_in(job, done):
    """All pictures of what was recovered, and the mask, each in one piece."""
    pieces = list(pictures(job, done))
    return {name: torch.cat([piece[name] for piece in pieces]) for name in pieces[0]}


def test_windows_show_the_parts_of_the_video(job, tmp_path):
    video = footage(job, film(tmp_path / "film"))
    assert video.starts == [0, 4, 8] and video.length == 5
    for window, start in zip(video.windows(), video.starts, strict=True):
        assert torch.equal(window, truth(video)[start : start + 5])
    assert torch.equal(video.positions, torch.arange(13.0, dtype=torch.float64))


def test_each_pixel_is_seen_in_all_windows_or_in_none(job):
    mask = job.observation().mask
    windows = in_windows(job.observation(), [0, 4, 8]).mask
    whole = job.pattern(13)
    for start, window in zip([0, 4, 8], windows, strict=True):
        assert torch.equal(window, whole[start : start + 5])
    assert torch.equal(windows[0], mask) and not torch.equal(windows[1], mask)
    assert in_windows(job.observation(), [0, 5, 10]).mask.ndim == 3  # alike in all: the quick way of drawing pixels


def test_hidden_pixels_change_nothing(job, tmp_path):
    """The same video with other hidden pixels: the same latents, pictures and baseline."""
    video = footage(job, film(tmp_path / "film"))
    (before,) = recover(job, [video])
    shown = seen_in(job, before)
    hidden = ~job.pattern(13)
    video.seen[hidden] = 255 - video.seen[hidden]
    (after,) = recover(job, [video])
    assert torch.equal(before.found.latents["z"], after.found.latents["z"])
    again = seen_in(job, after)
    for name in ("result", "observed", "baseline", "nearest"):
        assert torch.equal(shown[name], again[name]), name
    assert not torch.equal(shown["static"], again["static"])  # the one that may look
    video.seen[~hidden] = 255 - video.seen[~hidden]
    assert not torch.equal(before.found.latents["z"], recover(job, [video])[0].found.latents["z"])


def test_what_was_seen_is_shown_as_it_was_and_the_rest_grey(job, tmp_path):
    (done,) = recover(job, [footage(job, film(tmp_path / "film"))])
    shown = seen_in(job, done)
    seen = shown["mask"]
    assert torch.equal(seen, job.pattern(13))
    assert torch.equal(shown["observed"][seen], shown["truth"][seen])
    assert (shown["observed"][~seen].int() - 128).abs().max() <= 1


def test_videos_of_a_batch_do_not_mix(job, tmp_path):
    """Fitted with another or alone: the same pictures, but for rounding."""
    one, two = (footage(job, film(tmp_path / str(seed), seed=seed, frames=5 + seed)) for seed in (0, 3))
    together, alone = recover(job, [one, two]), [recover(job, [video])[0] for video in (one, two)]
    for left, right in zip(together, alone, strict=True):
        assert left.footage is right.footage
        ours, theirs = seen_in(job, left), seen_in(job, right)
        for name in ("observed", "baseline", "truth"):
            assert torch.equal(ours[name], theirs[name])
    assert [len(seen_in(job, done)["result"]) for done in together] == [5, 8]


def test_batches_keep_videos_whole(job, tmp_path):
    video = footage(job, film(tmp_path / "film", frames=13))  # 3 windows
    groups = list(batches(iter([video] * 7)))
    assert [len(group) for group in groups] == [5, 2]


@pytest.mark.parametrize("refine", [0, 2])
def test_latents_come_back_from_their_file(job, run, tmp_path, refine):
    job = Job(job.name, job.task, None, job.model, job.fit.model_copy(update={"refine": refine}))
    video = footage(job, film(tmp_path / "film", height=12, width=10))
    (done,) = recover(job, [video])
    file, again = tmp_path / "latents.safetensors", inrkit.load(run)
    save_found(file, Kept(done.found, video.starts, 5, 13, video.rate, "film"), job.model)
    kept = read_found(file, again)
    assert (kept.starts, kept.length, kept.frames, kept.rate, kept.name) == (video.starts, 5, 13, 25.0, "film")
    assert (kept.found.weights is not None) == bool(refine)
    drawn = torch.stack(list(draw(job.model, kept.found, video)))
    assert torch.equal(drawn, seen_in(job, done)["result"]) and torch.equal(drawn, whole(job, done))
    again.content = "0" * 64
    with pytest.raises(BadInput, match="another run"):
        read_found(file, again)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda latents: {"z": latents["z"][:, :3]}, "the run of"),
        (lambda latents: {"y": latents["z"]}, "the run of"),
        (lambda latents: {"z": latents["z"] * float("nan")}, "no numbers"),
    ],
)
def test_latents_of_another_shape_or_without_sense_are_refused(job, run, tmp_path, spoil, said):
    video = footage(job, film(tmp_path / "film"))
    (done,) = recover(job, [video])
    done.found.latents = spoil(done.found.latents)
    file = tmp_path / "latents.safetensors"
    save_found(file, Kept(done.found, video.starts, 5, 13, 25.0, "film"), job.model)
    with pytest.raises(BadInput, match=said):
        read_found(file, job.model)


def test_files_that_hold_no_latents_are_refused(job, run, tmp_path):
    text = tmp_path / "x.safetensors"
    text.write_text("nothing")
    with pytest.raises(BadInput, match="cannot be read"):
        read_found(text, job.model)
    checkpoint = next(run.glob("checkpoints/*/model.safetensors"))
    with pytest.raises(BadInput, match="holds no latents"):
        read_found(checkpoint, job.model)


def test_scores_are_those_of_a_plain_computation_whatever_the_pieces():
    right, other = (torch.randint(0, 256, (9, 8, 8, 3), dtype=torch.uint8) for _ in range(2))
    mask = torch.rand(9, 8, 8) < 0.4
    mask[5:] = False  # of the last piece nothing was seen
    judge = Judge()
    for piece in (slice(0, 2), slice(2, 5), slice(5, 9)):
        judge.update(other[piece], right[piece], mask[piece])
    found = judge.scores()
    for part, where in (("all", mask | ~mask), ("observed", mask), ("hidden", ~mask)):
        error = (other.double() - right.double())[where].square().mean()
        assert found["psnr"][part] == pytest.approx(float(10 * torch.log10(255**2 / error)))
        assert found["ssim"][part] == pytest.approx(float(ssim(other[None], right[None], where[None])))
    everything = Judge()
    everything.update(other, right, None)
    assert set(everything.scores()["psnr"]) == {"all"}


def test_errors_at_the_size_of_the_input_are_those_of_what_is_shown():
    right, other = (torch.randint(0, 256, (8, 8, 3), dtype=torch.uint8) for _ in range(2))
    covered = torch.zeros(8, 8, dtype=torch.bool)
    covered[2:5] = True
    error = (other.double() - right.double())[2:5].square().mean()
    found = decibels(squared_error(other, right, covered))
    assert found == pytest.approx(float(10 * torch.log10(255**2 / error)), rel=1e-5)
    assert decibels(0.0) == float("inf")


def test_plain_words_say_what_the_numbers_do():
    def scores(result, baseline, nearest, everywhere=30.0):
        values = {"result": result, "baseline": baseline, "nearest": nearest}
        return {name: {"psnr": {"all": everywhere, "hidden": value}} for name, value in values.items()}

    said, below = verdict(scores(25.0, 20.0, 26.5), 22.0, "last frame")
    assert "25.0 dB on hidden" in said and "beats last frame (20.0 dB, +5.0)" in said
    assert "does not beat the best training latent (26.5 dB, -1.5)" in said and not below
    said, below = verdict(scores(25.0, 20.0, 26.5, everywhere=21.0), 22.0, "last frame")
    assert below and "below a still picture (22.0 dB)" in said


def test_a_short_video_is_refused_repeated_or_held(job, tmp_path):
    path = film(tmp_path / "film", frames=3)
    with pytest.raises(BadInput, match=r"has 3 frames, a clip of the run has 5.*--loop.*--hold"):
        footage(job, path)
    looped, held = footage(job, path, short="loop"), footage(job, path, short="hold")
    assert torch.equal(looped.seen, truth(looped)[[0, 1, 2, 0, 1]])
    assert torch.equal(held.seen, truth(held)[[0, 1, 2, 2, 2]])
    (done,) = recover(job, [looped])
    assert all(len(frames) == 3 for frames in seen_in(job, done).values())
    assert whole(job, done).shape == (3, 8, 8, 3)


def test_one_clip_at_a_moment(job, tmp_path):
    path = film(tmp_path / "film")
    all_of_it = footage(job, path)
    video = footage(job, path, at=0.16)
    assert torch.equal(video.seen, all_of_it.seen[4:9]) and torch.equal(truth(video), truth(all_of_it)[4:9])
    assert video.starts == [0] and video.positions.tolist() == [0, 1, 2, 3, 4]
    assert video.unused == pytest.approx(8 / 25)
    with pytest.raises(BadInput, match=r"no clip of 5 frames at 0.4 s.*0.32"):
        footage(job, path, at=0.4)


def test_a_run_of_another_rate_gives_back_the_rate_of_the_input(train, tmp_path):
    model = inrkit.load(train("slow", {"data.fps": 12.5}))
    job = Job("checkers", Checkers(), None, model, FitOptions(steps=1))
    video = footage(job, film(tmp_path / "film", frames=21))
    assert video.rate == 12.5 and video.fps == 25 and 10 <= len(video.seen) <= 11
    (done,) = recover(job, [video])
    assert seen_in(job, done)["result"].shape == (video.frames, 8, 8, 3)
    assert whole(job, done).shape == (21, 8, 8, 3)


def test_a_long_video_is_fitted_in_groups_that_know_their_neighbours(job, tmp_path, monkeypatch):
    """In groups or all at once is the same; drawn together, windows are so across the border of two groups, too."""
    video = footage(job, film(tmp_path / "film", frames=25))  # 6 windows

    def steps_apart(smooth, batch):
        monkeypatch.setattr("inrkit.engine.observe.BATCH", batch)
        options = FitOptions(start="mean", steps=60, points=1.0, patience=0, smooth=smooth)
        (done,) = recover(Job(job.name, job.task, None, job.model, options), [video])
        return done.found.latents["z"], done.found.latents["z"].diff(dim=0).norm(dim=1)

    torch.testing.assert_close(steps_apart(0.0, 16)[0], steps_apart(0.0, 2)[0], atol=1e-3, rtol=0)
    free, drawn = steps_apart(0.0, 2)[1], steps_apart(10.0, 2)[1]
    assert len(free) == 5 and (drawn < 0.6 * free).all()


@pytest.mark.parametrize("options", [{"patience": 0}, {"patience": 1, "lr": 1e-9}, {"restarts": 2, "refine": 2}])
def test_progress_counts_all_steps_to_the_last(job, tmp_path, monkeypatch, options):
    """Of every group of windows, of the other way to fit, and those that stopping early leaves out."""
    monkeypatch.setattr("inrkit.engine.observe.BATCH", 2)
    told = []

    class Told(Reporter):
        def fitting(self, what, done, total):
            told.append((what, done, total))

    fit = FitOptions(start="mean", steps=5, points=1.0, **options)
    also = FitOptions(start="mean", steps=4, patience=0)
    recover(Job(job.name, job.task, None, job.model, fit, also=also), [footage(job, film(tmp_path / "film"))], Told())
    total = 2 * (fit.restarts * 5 + fit.refine + 4)
    assert told[-1] == ("film", total, total)
    assert all(a < b for (_, a, _), (_, b, _) in pairwise(told))


def test_a_video_that_changed_meanwhile_is_refused(job, tmp_path):
    path = film(tmp_path / "film")
    video = footage(job, path)
    (path / "012.png").unlink()
    with pytest.raises(BadInput, match="has changed since it was read"):
        truth(video)


def test_a_video_of_frames_of_several_sizes_is_refused(job, tmp_path):
    path = film(tmp_path / "film")
    write_png(path / "013.png", torch.zeros(9, 8, 3, dtype=torch.uint8))
    with pytest.raises(BadInput, match="changes its size"):
        footage(job, path)


class Nothing(ObservationTask):
    """Nothing is seen."""

    def observe(self, clip_shape, options, generator):
        return Observation(torch.zeros(clip_shape, dtype=torch.bool))


class Odd(ObservationTask):
    """It does not look at the shape of a clip."""

    def observe(self, clip_shape, options, generator):
        return Observation(torch.ones(2, 2, 2, dtype=torch.bool))


@pytest.mark.parametrize(("task", "said"), [(Nothing, "hides everything"), (Odd, r"clips of \(2, 2, 2\)")])
def test_what_cannot_be_fitted_is_refused(job, task, said):
    with pytest.raises(BadInput, match=said):
        Job("odd", task(), None, job.model, job.fit).observation()


def test_a_large_video_has_a_sheet_of_modest_size(job, tmp_path):
    video = footage(job, film(tmp_path / "film", height=400, width=400))
    drawn = torch.zeros(13, 8, 8, 3, dtype=torch.uint8)
    comparison = Comparison(video, drawn, drawn)
    assert sum(len(frame) for frame in comparison.frames()) == 13
    sheet = comparison.sheet()
    assert sheet.shape[-1] == 3 and 300 < sheet.shape[0] < 600
    assert 0 < comparison.psnr < 20
