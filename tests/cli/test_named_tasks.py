"""The tasks that come as plugins, from the command to the record, on the tiny run."""

import json

import pytest
import torch

from inrkit.video import write_png


def film(folder, frames):
    pixels = torch.randint(0, 256, (frames, 8, 8, 3), generator=torch.Generator().manual_seed(0)).to(torch.uint8)
    for index, frame in enumerate(pixels):
        write_png(folder / f"{index:03d}.png", frame)
    return folder


@pytest.fixture
def record(cli, run):
    """The record of a task on a film of 8 frames: ``record("predict", "--observed", 2)``."""

    def call(*words):
        film(run.parent / "film", 8)
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


@pytest.mark.parametrize(("height", "white", "frames"), [(7, 255, 1), (8, 0, 1), (8, 255, 1), (8, 255, 5)])
def test_a_mask_that_does_not_fit_is_refused(cli, run, height, white, frames):
    for index in range(frames):
        write_png(run.parent / "mask" / f"{index}.png", torch.full((height, 8, 3), white, dtype=torch.uint8))
    film(run.parent / "film", 8)
    outcome = cli("inpaint", run.parent / "film", "--run", run, "--mask", run.parent / "mask")
    assert outcome.exit_code == 2 and "Traceback" not in outcome.output, outcome.output
    assert {path.name for path in run.parent.iterdir()} == {"film", "mask", run.name}


def test_superresolution_takes_all_of_the_video(record):
    made = record("superresolve", "--low", "4")
    assert made["windows"] == [0, 3] and made["share_seen"] == 1 and made["options"] == {"low": 4}
    assert made["baseline"] == "bicubic" and set(made["scores"]["result"]["psnr"]) == {"all"}


@pytest.mark.parametrize(
    "words",
    [
        ["predict", "--observed", "5"],
        ["predict", "--observed", "0"],
        ["predict", "--at", "9"],
        ["predict", "--at", "nan"],
        ["sparse-inpaint", "--keep", "0"],
        ["sparse-inpaint", "--keep", "1.5"],
        ["sparse-inpaint", "--keep", "nan"],
        ["sparse-inpaint", "--keep", "0.001"],
        ["invert", "--at", "1"],
        ["inpaint", "--box", "0,0,8,9"],
        ["inpaint", "--box", "3,3,3,4"],
        ["inpaint", "--box", "0,0,8,8"],
        ["inpaint", "--keep", "top", "--box", "0,0,3,3"],
        ["inpaint", "--mask", "none.png"],
        ["superresolve", "--low", "8"],
        ["superresolve", "--low", "0"],
        ["interpolate-frames", "--observed", "0,5"],
        ["interpolate-frames", "--observed", "0,x"],
        ["interpolate-frames", "--observed", "0,1", "--every", "2"],
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
