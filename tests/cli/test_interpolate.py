"""`inrkit interpolate`: from one video to another, or all over a square."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

import inrkit
from inrkit.engine.between import line, square
from inrkit.samplers.slerp import slerp
from inrkit.video.toy import toy_videos


@pytest.fixture
def interpolate(cli, run):
    """``interpolate(0, 3)`` on the tiny run of 4 clips of 5x8x8."""
    return lambda *words: cli("interpolate", "--run", run, "--device", "cpu", *words)


@pytest.fixture
def film(tmp_path):
    """Write a toy video of so many frames."""

    def write(name, frames):
        (video,) = toy_videos(1, frames, (8, 8), seed=5)
        inrkit.write_video(tmp_path / name, video.frames, 12.5)
        return tmp_path / name

    return write


def record(folder="results/interpolate"):
    return json.loads(Path(folder, "record.json").read_text())


def latents(folder="results/interpolate"):
    return load_file(f"{folder}/latents.safetensors")["latents.z"]


def test_a_row_from_one_clip_to_another(interpolate, run):
    outcome = interpolate(1, 3, "--steps", 6)
    assert outcome.exit_code == 0, outcome.output
    model = inrkit.load(run)
    found, (first, last) = latents(), (model.latents["z"][[i]].expand(6, -1) for i in (1, 3))
    torch.testing.assert_close(found, slerp(first, last, torch.linspace(0, 1, 6)))
    torch.testing.assert_close(found[[0, -1]], model.latents["z"][[1, 3]])
    shown = inrkit.read_video("results/interpolate/tiles.mp4").frames
    assert shown.shape == (5, 8, 48, 3)
    assert inrkit.read_video("results/interpolate/tiles.gif").frames.shape == (5, 8, 48, 3)
    for name in ("sheet.png", "record.json"):
        assert Path("results/interpolate", name).is_file()
    ends = record()["ends"]
    assert [end["from"] for end in ends] == ["clip 1", "clip 3"] and ends[1]["name"] == "toy-0003@0"


def test_ten_steps_unless_asked_and_straight_if_asked(interpolate, run):
    assert interpolate(0, 1, "--way", "linear").exit_code == 0
    a, b = inrkit.load(run).latents["z"][:2]
    torch.testing.assert_close(latents(), torch.stack([torch.lerp(a, b, i / 9) for i in range(10)]))


def test_four_make_a_square(interpolate, run):
    outcome = interpolate(0, 1, 2, 3, "--steps", 3, "--each")
    assert outcome.exit_code == 0, outcome.output
    found = latents().view(3, 3, 4)
    torch.testing.assert_close(found[[0, 0, 2, 2], [0, 2, 0, 2]], inrkit.load(run).latents["z"])
    assert inrkit.read_video("results/interpolate/tiles.gif").frames.shape == (5, 24, 24, 3)
    assert len(list(Path("results/interpolate/each").glob("*.mp4"))) == 9


@pytest.mark.parametrize("way", ["slerp", "linear"])
def test_latents_of_several_names_and_of_every_frame(way):
    draw = torch.Generator().manual_seed(0)
    corners = {"z": torch.randn(4, 3, generator=draw), "frames": torch.randn(4, 5, 2, generator=draw)}
    whole = square(corners, 3, way)
    for name, values in corners.items():
        assert whole[name].shape == (9, *values.shape[1:])
        torch.testing.assert_close(whole[name][[0, 2, 6, 8]], values)
        pair = {name: values[:2]}
        torch.testing.assert_close(line(pair, 3, way)[name], whole[name][:3])
    if way == "linear":
        torch.testing.assert_close(whole["frames"][4], corners["frames"].mean(0))


def test_a_video_is_inverted_and_of_a_longer_one_the_first_clip_is_taken(interpolate, film, run):
    outcome = interpolate(film("long.mkv", 9), 0, "--json")
    assert outcome.exit_code == 0, outcome.output
    facts = json.loads(outcome.stdout)
    assert "inverting" in outcome.stderr
    assert "longer than a clip: its first is taken, 0.32 s are not" in facts["notes"][0]
    assert facts["ends"][0]["name"] == "long" and facts["ends"][0]["psnr_of_inversion"] > 5
    torch.testing.assert_close(latents()[-1], inrkit.load(run).latents["z"][0])
    same = film("same.mkv", 5)
    assert interpolate(same, 0).exit_code == 0 and record()["notes"] == []


def test_the_inversion_is_like_the_video(interpolate, run, tmp_path):
    model = inrkit.load(run)
    inrkit.write_video(
        tmp_path / "own.mkv", inrkit.to_uint8(model.render({"z": model.latents["z"][2:3]}, (5, 8, 8)))[0], 12.5
    )
    assert interpolate(tmp_path / "own.mkv", 0).exit_code == 0
    assert record()["ends"][0]["psnr_of_inversion"] > 30


def test_a_short_video_is_refused_unless_told_what_to_do(interpolate, film):
    short = film("short.mkv", 3)
    outcome = interpolate(short, 0)
    assert outcome.exit_code == 2 and "--loop" in outcome.stderr
    assert interpolate(short, 0, "--loop").exit_code == 0
    assert interpolate(short, 0, "--hold").exit_code == 0
    assert "exclude each other" in interpolate(short, 0, "--hold", "--loop").stderr


def test_kept_latents_are_ends(interpolate, cli, run):
    assert cli("sample", "--run", run, "-n", "3", "--each").exit_code == 0
    drawn = load_file("results/sample/latents.safetensors")["latents.z"]
    assert interpolate("results/sample/each/1.safetensors", "results/sample/latents.safetensors").exit_code == 0
    torch.testing.assert_close(latents()[[0, -1]], drawn[[1, 0]])
    assert any("holds 3 clips: its first is taken" in note for note in record()["notes"])


def test_latents_of_another_run_are_refused(interpolate, cli, run, train):
    assert train("--out", "other", "--seed", "7").exit_code == 0
    assert cli("sample", "--run", "other", "-n", "2").exit_code == 0
    outcome = interpolate("nowhere.mp4", "results/sample/latents.safetensors")
    assert outcome.exit_code == 2 and "belongs to another run" in outcome.stderr
    assert "inverting" not in outcome.stderr  # what is cheap is refused first


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([0, 4], "there is no clip 4"),
        ([0, 99999999999999999999], "there is no clip"),
        ([0], "two ends, or the four corners of a square, not 1"),
        ([0, 1, 2], "not 3"),
        ([0, 1, 2, 3, 0], "not 5"),
        ([0, "gone.mp4"], "gone.mp4 does not exist"),
        ([0, "gone.safetensors"], "gone.safetensors cannot be read"),
        ([0, "text.safetensors"], "text.safetensors cannot be read"),
        ([0, 1, "--steps", 1], "task.steps"),
        ([0, 1, 2, 3, "--steps", 1000], "1000000 videos of 8x8 side by side are too large"),
        ([0, 1, "--way", "round"], "round"),
        ([0, 1, "--out", "text.safetensors"], "is no folder"),
    ],
)
def test_bad_input(interpolate, tmp_path, words, said):
    (tmp_path / "text.safetensors").write_text("no tensors")
    outcome = interpolate(*words)
    assert outcome.exit_code == 2, outcome.output
    assert said in outcome.stderr and "Traceback" not in outcome.output
    assert not (tmp_path / "results").exists()
