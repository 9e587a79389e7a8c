"""`inrkit render`: a clip at any size and rate, in every format."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

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
    (_, pieces, rate) = written[0]
    frames = torch.cat(list(pieces))
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


def test_sides_that_an_mp4_cannot_have_are_said(cli, run):
    assert "An mp4 has even sides" in cli("render", run, "--clip", 0, "--size", "8x7", "--out", "x.mp4").stderr
    assert "even sides" not in cli("render", run, "--clip", 0, "--size", "8x7", "--out", "x.gif").stderr


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


def test_a_sheet_renders_only_the_frames_it_shows(cli, run, monkeypatch):
    written = []
    monkeypatch.setattr(inrkit, "write_video", lambda *args: written.append(torch.cat(list(args[1]))))
    rendered(cli, run, "--frames", "46", out="x.png")
    whole = inrkit.load(run).render({"z": inrkit.load(run).codes["z"][1:2]}, (46, 8, 8))
    assert torch.equal(written[0], inrkit.to_uint8(whole)[0, ::3])


@pytest.mark.parametrize("out", ["x.webm", "x", "there"])
def test_a_file_that_cannot_be_written_is_refused_before_the_run_is_looked_at(cli, out):
    Path("there").mkdir()
    outcome = cli("render", "no-such-run", "--clip", "0", "--out", out)
    assert outcome.exit_code == 2 and outcome.stderr.startswith(f"error: {out} names no format"), outcome.stderr


@pytest.mark.parametrize(
    ("words", "out", "why"),
    [
        (["--size", "99999"], "x.mp4", "a frame has 9,999,800,001 pixels"),
        (["--size", "20000", "--frames", "100000"], "x.gif", "a frame has 400,000,000 pixels"),
        (["--size", "4000", "--frames", "100000"], "x.mkv", "it has 1,600,000,000,000 pixels"),
        (["--size", "3000", "--frames", "40"], "x.png", "the sheet of its frames has 144,000,000 pixels"),
        (["--frames", "100000"], "x.mp4", "250000 frames a second"),
    ],
)
def test_what_is_too_large_is_refused_before_anything_is_rendered(cli, run, monkeypatch, words, out, why):
    def evaluate(*args):
        raise AssertionError("it renders")

    monkeypatch.setattr(inrkit.VideoModel, "evaluate", evaluate)
    outcome = cli("render", run, "--clip", "0", "--out", out, *words)
    assert outcome.exit_code == 2 and why in outcome.stderr and len(outcome.stderr.splitlines()) == 2
    assert [path.name for path in Path().iterdir()] == ["finished"]


LATENTS = """
from pathlib import Path
from inrkit import load
from inrkit.engine.fit import Found
from inrkit.engine.found_file import Kept, save_found
import torch
model = load("finished")
z = model.latents["z"]
found = Found({"z": z[[0, 1, 2, 3, 0]]}, torch.zeros(5), ["start"] * 5, 0)
save_found(Path("found.safetensors"), Kept(found, [0, 3, 6, 9, 12], 5, 17, 25.0, "name"), model)
"""

PEAK = """
import sys
from inrkit.engine.estimate import peak_memory
from typer.testing import CliRunner
from inrkit.cli.app import app
{prepare}
for frames in "2", "160":
    words = ["render", "finished", *{words!r}, "--size", "256", "--frames", frames, "--fps", "25", "--out", {out!r}]
    outcome = CliRunner().invoke(app, words)
    assert outcome.exit_code == 0, outcome.output
    print(peak_memory())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="a process's own peak is read from /proc")
@pytest.mark.parametrize(
    ("words", "prepare", "out"),
    [
        (["--clip", "0"], "", "x.mp4"),
        (["--clip", "0"], "", "x.mkv"),
        (["--latents", "found.safetensors"], LATENTS, "x.mp4"),
    ],
)
def test_memory_does_not_grow_with_the_video(clean, run, words, prepare, out):
    """160 frames of 256x256 are 126 MB of floats, and 31 MB of bytes."""
    code = PEAK.format(prepare=prepare, words=words, out=out)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    few, many = map(int, done.stdout.split())
    assert many - few < 60e6
    assert len(inrkit.read_video(out).frames) == 160


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_render_leaves_the_old_file_and_nothing_else(clean, run, number):
    Path("x.mp4").write_bytes(b"the old one")
    code = "from inrkit.cli import main; main()"
    words = [
        "render",
        "finished",
        "--clip",
        "0",
        "--size",
        "512",
        "--frames",
        "100000",
        "--fps",
        "25",
        "--out",
        "x.mp4",
    ]
    child = subprocess.Popen([sys.executable, "-c", code, *words], stderr=subprocess.PIPE, text=True)
    while not [path for path in Path().glob(".*.mp4") if path.stat().st_size]:
        assert child.poll() is None, child.stderr.read()
        time.sleep(0.05)
    os.kill(child.pid, number)
    _, said = child.communicate(timeout=60)
    assert child.returncode == 128 + number and "Traceback" not in said, said
    assert sorted(path.name for path in Path().iterdir()) == ["finished", "x.mp4"]
    assert Path("x.mp4").read_bytes() == b"the old one"
