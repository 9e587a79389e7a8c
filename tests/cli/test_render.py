"""`inrkit render`: a clip at any size and rate, in every format."""

import json

import av
import numpy as np
import pytest
import torch
from PIL import Image

import inrkit


def rendered(cli, run, *words, out="x.gif"):
    outcome = cli("render", run, "--clip", "1", "--out", out, "--json", *words)
    assert outcome.exit_code == 0, outcome.output
    return json.loads(outcome.stdout)


def test_it_is_what_the_model_renders(cli, run, monkeypatch):
    written = []
    monkeypatch.setattr(inrkit, "write_video", lambda *args: written.append(args))
    rendered(cli, run, "--size", "12x7", "--frames", "9", out="x.mp4")
    (_, frames, rate) = written[0]
    model = inrkit.load(run)
    expected = inrkit.to_uint8(model.render({"z": model.codes["z"][1:2]}, (9, 12, 7)))[0]
    assert torch.equal(frames, expected)
    assert rate == pytest.approx(12.5 * 9 / 5)


@pytest.mark.parametrize(
    ("words", "shape", "fps"),
    [
        ([], [5, 8, 8], 12.5),
        (["--size", "16"], [5, 16, 16], 12.5),
        (["--size", "6x11"], [5, 6, 11], 12.5),
        (["--frames", "10"], [10, 8, 8], 25),
        (["--frames", "10", "--fps", "5"], [10, 8, 8], 5),
        (["--frames", "1"], [1, 8, 8], 2.5),
        (["--checkpoint", "9"], [5, 8, 8], 12.5),
    ],
)
def test_shape_and_rate(cli, run, words, shape, fps):
    facts = rendered(cli, run, *words, out="there/x.mp4")
    assert (facts["shape"], facts["fps"], facts["clip"], facts["name"]) == (shape, fps, 1, "toy-0001@0")
    with av.open("there/x.mp4") as container:
        stream = container.streams.video[0]
        even = [shape[1] + shape[1] % 2, shape[2] + shape[2] % 2]
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]
        assert [len(frames), *frames[0].shape[:2]] == [shape[0], *even]
        assert float(stream.average_rate) == pytest.approx(fps, rel=1e-3)


def test_one_number_keeps_the_proportions(cli, train):
    assert train("--out", "wide", "--size", "6x9", "--holdout", "0").exit_code == 0
    assert rendered(cli, "wide", "--size", "12")["shape"] == [5, 12, 18]


def test_other_checkpoints_give_other_pictures(cli, run):
    first = rendered(cli, run, "--checkpoint", "9", out="a.png") and np.asarray(Image.open("a.png"))
    second = rendered(cli, run, out="b.png") and np.asarray(Image.open("b.png"))
    assert first.shape == second.shape and not np.array_equal(first, second)


def test_a_gif_has_the_pixels_of_the_model_and_its_rate(cli, run):
    rendered(cli, run, "--size", "16", "--fps", "10")
    video = inrkit.read_video("x.gif")
    model = inrkit.load(run)
    expected = inrkit.to_uint8(model.render({"z": model.codes["z"][1:2]}, (5, 16, 16)))[0]
    assert video.fps == pytest.approx(10) and video.frames.shape == expected.shape
    assert float((video.frames.float() - expected.float()).abs().mean()) < 12  # a palette of 256 colours


def test_what_is_said_names_the_file_the_clip_and_the_shape(cli, run):
    outcome = cli("render", run, "--clip", "0", "--out", "x.png")
    assert outcome.stdout == "x.png: clip 0 (toy-0000@0), 5x8x8 at 12.5 fps\n" and outcome.stderr == ""
