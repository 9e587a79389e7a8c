"""The rows of docs/errors.md about videos and clips, as they are typed: the code, the message, and nothing written."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from inrkit.video import toy_videos, write_video


def _film(name, frames=12):
    write_video(name, toy_videos(1, frames, (24, 32))[0].frames)


def _missing():
    return "gone.mp4"


def _empty_folder():
    Path("empty").mkdir()
    return "empty"


def _text():
    Path("a.mp4").write_text("this is no film\n" * 99)
    return "a.mp4"


def _zero_bytes():
    Path("a.mp4").touch()
    return "a.mp4"


def _audio_only():
    with av.open("a.mp4", "w") as container:
        stream = container.add_stream("aac", rate=8000)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.float32), format="fltp", layout="mono")
        sound.sample_rate = 8000
        container.mux(stream.encode(sound))
        container.mux(stream.encode())
    return "a.mp4"


def _one_frame_gif():
    Image.new("RGB", (8, 8)).save("a.gif")
    return "a.gif"


def _shorter_than_a_clip():
    _film("a.mkv", 3)
    return "a.mkv"


def _encode(name, codec):
    """As programs write it that do not move the table of an mp4 to its front."""
    with av.open(name, "w") as container:
        stream = container.add_stream(codec, rate=25)
        stream.height, stream.width, stream.pix_fmt = 24, 32, "yuv420p"
        for pixels in toy_videos(1, 60, (24, 32))[0].frames.numpy():
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())


def _cut(name, share=0.0, left=0, codec=""):
    """Of a film of 60 frames, this share of its file is left, or so many bytes."""

    def make():
        _encode(name, codec) if codec else _film(name, 60)
        data = Path(name).read_bytes()
        Path(name).write_bytes(data[: left or int(len(data) * share)])
        return name

    return make


def _list_with_missing():
    _film("a.mkv")
    Path("l.txt").write_text("a.mkv\nb.mkv\nc.mkv\n")
    return "l.txt"


def _zip(*names, how=None):
    def make():
        with zipfile.ZipFile("a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for name in names:
                archive.writestr(name, bytes(2**27) if how == "bomb" else b"x")
        if how == "encrypted":
            data = bytearray(Path("a.zip").read_bytes())
            data[6] |= 1
            data[data.index(b"PK\1\2") + 8] |= 1
            Path("a.zip").write_bytes(data)
        return "a.zip"

    return make


def _broken_image():
    Path("frames").mkdir()
    for i in range(3):
        Image.new("RGB", (8, 8)).save(f"frames/{i}.png")
    Path("frames/3.png").write_bytes(b"broken")
    return "frames"


def _device():
    return "/dev/zero"


def _pipe():
    os.mkfifo("a.mp4")
    return "a.mp4"


def _playlist():
    Path("a.m3u8").write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nb.mp4\n#EXT-X-ENDLIST\n")
    return "a.m3u8"


def _immense():
    Path("a.gif").write_bytes(b"GIF89a\xff\xff\xff\xff\xf7\0\0" + bytes(768) + b"\x2c" + bytes(9) + b"\x08\3\0\1\2\0;")
    return "a.gif"


ROWS = {
    "a missing file": _missing,
    "an empty folder": _empty_folder,
    "text renamed .mp4": _text,
    "zero bytes": _zero_bytes,
    "sound alone": _audio_only,
    "a gif of one frame": _one_frame_gif,
    "a video shorter than a clip": _shorter_than_a_clip,
    "an mkv cut short before its first frame": _cut("a.mkv", 0.025),
    "an mkv cut short, with less than a clip": _cut("a.mkv", 0.05),
    "an mp4 cut short within its table": _cut("a.mp4", left=300),
    "an mp4 cut short, with its table at the end": _cut("a.mp4", 0.9, codec="libx264"),
    "a webm cut short within its header": _cut("a.webm", left=100, codec="libvpx-vp9"),
    "a list with missing entries": _list_with_missing,
    "a zip with `../`": _zip("a/0.png", "../0.png"),
    "a zip with absolute names": _zip("/a/0.png"),
    "a zip that is a bomb": _zip("a/0.png", how="bomb"),
    "an encrypted zip": _zip("a/0.png", how="encrypted"),
    "a folder with a broken image": _broken_image,
    "a device": _device,
    "a pipe": _pipe,
    "a playlist": _playlist,
    "a frame of an immense size": _immense,
}


@pytest.mark.parametrize("what", ROWS)
def test_a_row(cli, tmp_path, monkeypatch, rows, what):
    monkeypatch.setenv("INRKIT_CACHE", str(tmp_path / "cache"))
    code, parts = rows("Videos")[what]
    source = ROWS[what]()
    outcome = cli("data", "prepare", source, "--frames", "4", "--size", "8")
    assert outcome.exit_code == code, outcome.output
    for part in parts:
        assert part in outcome.stderr
    assert outcome.stderr.startswith("error: ") and "Traceback" not in outcome.output
    assert not list((tmp_path / "cache").rglob("index.json"))


def test_every_row_of_videos_has_its_test(rows):
    assert set(rows("Videos")) == set(ROWS)


def test_images_of_several_sizes_are_scaled_to_one(cli):
    Path("frames").mkdir()
    for i in range(4):
        Image.new("RGB", (8 + i, 8)).save(f"frames/{i}.png")
    outcome = cli("data", "prepare", "frames", "--frames", "4", "--size", "8")
    assert outcome.exit_code == 0, outcome.output
    assert outcome.stderr.count("warning: ") == 1
    assert "frames changes its size from 8x8 to 8x9 at frame 1: each is scaled by itself" in outcome.stderr


def test_enlarging_is_said(cli):
    _film("a.mkv")
    outcome = cli("data", "prepare", "a.mkv", "--frames", "4", "--size", "64")
    assert outcome.exit_code == 0
    assert "1 of 1 videos is smaller than 64x64 and enlarged" in outcome.stderr


def test_a_full_disk_is_code_1_and_the_next_run_goes_on(tmp_path):
    """The system refuses files of more than a few bytes; after that, the same command finishes the work."""
    films = tmp_path / "films"
    for name in "abc":
        _film(films / f"{name}.mkv", 40)
    environ = {**os.environ, "INRKIT_CACHE": str(tmp_path / "cache"), "CI": "1"}
    words = ["data", "prepare", str(films), "--frames", "4", "--size", "16"]
    code = (
        "import resource, sys\n"
        "limit = int(sys.argv.pop(1))\n"
        "if limit: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))\n"
        "from inrkit.cli import main; main()"
    )

    def run(limit):
        command = [sys.executable, "-c", code, str(limit), *words]
        return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)

    full = run(50_000)
    assert full.returncode == 1 and "cannot be written" in full.stderr and "Traceback" not in full.stderr
    again = run(0)
    assert again.returncode == 0 and "30 of 4x16x16 from 3 videos" in again.stdout, again.stderr
