"""The tasks that come as plugins, from the command to the record, on the tiny run."""

import json

import av
import pytest
import torch

from inrkit.video import write_png


def film(folder, frames, height=8, width=8):
    shape = (frames, height, width, 3)
    pixels = torch.randint(0, 256, shape, generator=torch.Generator().manual_seed(0)).to(torch.uint8)
    for index, frame in enumerate(pixels):
        write_png(folder / f"{index:03d}.png", frame)
    return folder


@pytest.fixture
def record(cli, run):
    """The record of a task on a film of 8 frames: ``record("predict", "--observed", 2)``."""

    def call(*words, height=8, width=8):
        film(run.parent / "film", 8, height, width)
        outcome = cli(*words, run.parent / "film", "--run", run, "--steps", "2", "--device", "cpu", "--json")
        assert outcome.exit_code == 0, outcome.output
        (made,) = json.loads(outcome.stdout)["videos"]
        return made

    return call


def test_inversion_takes_all_of_the_video(record):
    made = record("invert")
    assert made["windows"] == [0, 3] and made["seconds_not_used"] == 0 and made["share_seen"] == 1
    assert made["baseline"] == "static frame" and set(made["scores"]["result"]["psnr"]) == {"all"}
    assert made["scores"]["baseline"] == made["scores"]["static"]


def test_prediction_takes_one_clip_and_says_what_it_left(record):
    made = record("predict", "--observed", "2", "--at", "0.08")
    assert made["windows"] == [0] and made["seconds_not_used"] == pytest.approx(3 / 25)
    assert made["share_seen"] == pytest.approx(2 / 5) and made["baseline"] == "last frame repeated"
    assert made["scores"]["baseline"]["psnr"]["observed"] is None  # seen frames are as they were: infinite
    assert any("0.12 s were not used" in note for note in made["notes"])


def test_sparse_inpainting_takes_all_of_the_video(record):
    made = record("sparse-inpaint", "--keep", "0.5", "--mask-seed", "3")
    assert made["windows"] == [0, 3] and made["options"] == {"keep": 0.5, "mask_seed": 3}
    assert made["share_seen"] == pytest.approx(0.5, abs=0.06) and made["baseline"] == "nearest pixel"
    assert set(made["scores"]["result"]["psnr"]) == {"all", "observed", "hidden"}


def test_frame_interpolation_takes_one_clip(record):
    made = record("interpolate-frames")
    assert made["windows"] == [0] and made["share_seen"] == pytest.approx(2 / 5)
    assert made["baseline"] == "linear blend" and set(made["scores"]["result"]["psnr"]) == {"all", "observed", "hidden"}
    assert record("interpolate-frames", "--every", "2")["share_seen"] == pytest.approx(3 / 5)


def written(name):
    """Frames, rate, height and width of a file of results."""
    with av.open(f"results/{name}") as file:
        stream = file.streams.video[0]
        return sum(1 for _ in file.decode(stream)), stream.average_rate, stream.height, stream.width


def test_new_frames_are_put_between_those_of_all_of_the_video(record):
    made = record("interpolate-frames", "--factor", "3")
    assert made["windows"] == [0, 3] and made["share_seen"] == 1 and made["options"]["factor"] == 3
    assert (made["shape"], made["fps"], made["factor"]) == ([24, 8, 8], 75, 3)
    assert written("interpolate-frames/film/result.mp4") == (24, 75, 8, 8)
    assert written("interpolate-frames/film/comparison.mp4") == (24, 75, 8, 24)
    assert set(made["scores"]["result"]["psnr"]) == {"all"} and made["scores"]["baseline"]["psnr"]["all"] is None
    assert "linear blend is exact there" in made["verdict"] and made["psnr_at_input_size"] > 0
    assert any("2 new frames between each two: not measured" in note for note in made["notes"])
    assert record("interpolate-frames", "--factor", "2", "--at", "0.04")["shape"] == [10, 8, 8]


def test_new_frames_need_no_run(cli, tmp_path):
    film(tmp_path / "film", 8)
    words = ("--factor", "2", "--direct", "--frames", "5", "--steps", "1", "-o", "width=8", "--device", "cpu")
    outcome = cli("interpolate-frames", "film", *words)
    assert outcome.exit_code == 0 and written("interpolate-frames/film/result.mp4")[:2] == (16, 50), outcome.output
    assert "exact" in outcome.stdout


@pytest.mark.parametrize(
    ("words", "share"), [([], 1 / 2), (["--keep", "left"], 1 / 2), (["--box", "0,2,4,8"], 40 / 64)]
)
def test_inpainting_takes_all_of_the_video(record, words, share):
    made = record("inpaint", *words)
    assert made["windows"] == [0, 3] and made["share_seen"] == pytest.approx(share)
    assert made["baseline"] == "mean colour" and set(made["scores"]["result"]["psnr"]) == {"all", "observed", "hidden"}


def test_a_mask_of_many_frames_is_a_folder_or_a_video(record, run):
    for index in range(8):
        picture = torch.zeros(8, 8, 3, dtype=torch.uint8)
        picture[index] = 255
        write_png(run.parent / "mask" / f"{index}.png", picture)
    made = record("inpaint", "--mask", run.parent / "mask")
    assert made["share_seen"] == pytest.approx(7 / 8) and made["options"]["mask"] == str(run.parent / "mask")


def test_superresolution_takes_all_of_the_video(record):
    made = record("superresolve", "--low", "4")
    assert made["windows"] == [0, 3] and made["share_seen"] == 1 and made["options"] == {"low": 4, "size": None}
    assert made["baseline"] == "bicubic" and set(made["scores"]["result"]["psnr"]) == {"all"}
    assert made["shape"] == [8, 8, 8]


@pytest.mark.parametrize(
    ("words", "size"), [([], [8, 12]), (["--size", "20"], [20, 30]), (["--size", "6x10"], [6, 10])]
)
def test_a_small_video_is_what_is_seen_and_nothing_is_measured(record, words, size):
    made = record("superresolve", *words, height=4, width=6)
    assert made["shape"] == [8, *size] and made["scores"] == {} and made["psnr_at_input_size"] is None
    assert "no truth to measure" in made["verdict"] and not made["below_a_still_picture"]
    assert made["options"]["low"] is None and made["options"]["pixels"] == [4, 4]
    assert written("superresolve/film/result.mp4")[2:] == tuple(size)
    assert written("superresolve/film/comparison.mp4")[2:] == (size[0], 3 * size[1])


def test_of_a_video_that_is_reduced_the_result_has_any_size(record):
    made = record("superresolve", "--low", "2", "--size", "12")
    assert made["shape"] == [8, 12, 12] and written("superresolve/film/result.mp4")[2:] == (12, 12)
    assert made["psnr_at_input_size"] > 0 and any("brought to 12x12" in note for note in made["notes"])


def test_small_videos_of_several_sizes_are_each_seen_as_they_are(cli, run):
    for height in (4, 5, 4):
        film(run.parent / f"films/{len(list(run.parent.glob('films/*')))}", 5, height, height)
    outcome = cli("superresolve", "films", "--run", run, "--steps", "1", "--device", "cpu", "--json")
    assert outcome.exit_code == 0, outcome.output
    assert [made["options"]["pixels"] for made in json.loads(outcome.stdout)["videos"]] == [[4, 4], [5, 5], [4, 4]]
    assert "-" in cli("superresolve", "films/0", "--run", run, "--steps", "1", "--device", "cpu").stdout


def test_without_a_run_the_size_is_that_of_the_network_too(cli, tmp_path):
    film(tmp_path / "film", 3, 4, 6)
    words = ("--direct", "--steps", "1", "-o", "width=8", "--device", "cpu", "--json")
    outcome = cli("superresolve", "film", "--size", "8", *words)
    (made,) = json.loads(outcome.stdout)["videos"]
    assert made["run_shape"] == [3, 8, 12] and made["shape"] == [3, 8, 12]
    refused = cli("superresolve", "film", *words)
    assert refused.exit_code == 2 and "a larger --size" in refused.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["predict", "--observed", "5"],
        ["predict", "--observed", "0"],
        ["predict", "--at", "nan"],
        ["sparse-inpaint", "--keep", "0"],
        ["sparse-inpaint", "--keep", "1.5"],
        ["sparse-inpaint", "--keep", "nan"],
        ["sparse-inpaint", "--keep", "0.001"],
        ["invert", "--at", "1"],
        ["interpolate-frames", "--observed", "0,x"],
        ["interpolate-frames", "--factor", "101"],
    ],
)
def test_bad_input_is_one_message_and_nothing_is_written(cli, run, words):
    film(run.parent / "film", 8)
    outcome = cli(*words, run.parent / "film", "--run", run)
    assert outcome.exit_code == 2 and "Traceback" not in outcome.output, outcome.output
    assert {path.name for path in run.parent.iterdir()} == {"film", run.name}


def test_more_steps_explain_more_of_what_is_seen(record):
    """The optimisation is real: without it, nothing gets better."""
    few = record("sparse-inpaint", "--start", "mean", "--steps", "0")
    many = record("sparse-inpaint", "--start", "mean", "--steps", "60", "--points", "1", "--lr", "0.5")
    assert many["scores"]["result"]["psnr"]["observed"] > few["scores"]["result"]["psnr"]["observed"] + 0.01
