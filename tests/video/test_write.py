"""What is written can be read again, and an old file is only replaced by a whole one."""

import os
import resource
import sys
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from PIL import Image

from inrkit.errors import BadInput, InrkitError
from inrkit.video import read_video, toy_videos, write_png, write_video

PATCHES = torch.tensor(
    [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255], [0, 0, 0], [255, 255, 0], [90, 130, 200]],
    dtype=torch.uint8,
)


def _patches(frames=4):
    """(T, 16, 112, 3): seven squares of one colour each."""
    return PATCHES.repeat_interleave(16, 0).expand(frames, 16, -1, -1).contiguous()


def _colours(video):
    return video.frames[-1, 8, 8::16].int()


@pytest.mark.parametrize("name", ["a.mp4", "A.GIF"])
def test_colours_come_back(tmp_path, name):
    write_video(tmp_path / name, _patches())
    assert (_colours(read_video(tmp_path / name)) - PATCHES).abs().max() <= 4


def test_mp4_says_which_colours_it_holds(tmp_path):
    write_video(tmp_path / "a.mp4", _patches())
    with av.open(str(tmp_path / "a.mp4")) as container:
        frame = next(container.decode(video=0))
    assert (frame.colorspace, frame.color_primaries, frame.color_trc, frame.color_range) == (1, 1, 1, 1)
    assert frame.format.name == "yuv420p"


@pytest.mark.parametrize("suffix", ["mp4", "gif", "mkv", "apng"])
@pytest.mark.parametrize("fps", [5.0, 12.5, 25.0])
def test_every_frame_and_the_rate_come_back(tmp_path, suffix, fps):
    write_video(tmp_path / f"a.{suffix}", toy_videos(1, frames=17)[0].frames, fps)
    video = read_video(tmp_path / f"a.{suffix}")
    assert len(video.frames) == 17
    assert video.fps == pytest.approx(fps, rel=1e-3)


@pytest.mark.parametrize("suffix", ["mkv", "apng"])
@pytest.mark.parametrize("size", [(32, 48), (31, 45), (1, 1)])
def test_without_loss(tmp_path, suffix, size):
    frames = torch.randint(0, 256, (5, *size, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    write_video(tmp_path / f"a.{suffix}", frames)
    assert torch.equal(read_video(tmp_path / f"a.{suffix}").frames, frames)


@pytest.mark.parametrize("suffix", ["mp4", "gif", "mkv", "apng", "png"])
def test_frames_that_come_in_pieces_make_the_same_file(tmp_path, suffix):
    frames = toy_videos(1, frames=40)[0].frames
    write_video(tmp_path / f"a.{suffix}", frames)
    write_video(tmp_path / f"b.{suffix}", iter(frames.split(7)))
    if suffix == "mp4":  # x264 does not always make the same bytes of the same frames
        both = [read_video(tmp_path / name).frames for name in ("a.mp4", "b.mp4")]
        assert len(both[1]) == 40 and (both[0].int() - both[1]).abs().float().mean() < 2
        return
    assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()


def test_a_gif_that_waits_in_a_file_is_the_same(tmp_path, monkeypatch):
    frames = toy_videos(1, frames=10)[0].frames
    write_video(tmp_path / "a.gif", frames)
    monkeypatch.setattr("inrkit.video.gif._IN_MEMORY", 10_000)
    write_video(tmp_path / "b.gif", frames)
    assert (tmp_path / "a.gif").read_bytes() == (tmp_path / "b.gif").read_bytes()
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="a process's own peak is read from /proc")
def test_a_gif_keeps_few_of_its_frames(tmp_path, fork, monkeypatch):
    monkeypatch.setattr("inrkit.video.gif._IN_MEMORY", 10_000)
    frame = toy_videos(1, frames=1, size=(256, 256))[0].frames

    def taken():
        return next(int(line.split()[1]) for line in Path("/proc/self/status").open() if line.startswith("VmHWM"))

    def write():
        write_video(tmp_path / "a.gif", iter([frame]))
        before = taken()
        write_video(tmp_path / "a.gif", (frame for _ in range(200)))  # 39 MB, 52 MB as FFmpeg has them
        return int(taken() - before > 15_000)

    assert os.waitstatus_to_exitcode(os.waitpid(fork(write), 0)[1]) == 0


def test_pieces_of_other_sizes_are_refused_and_the_old_file_stays(tmp_path):
    path = tmp_path / "a.mp4"
    path.write_bytes(b"the old one")
    with pytest.raises(BadInput, match="not of one size"):
        write_video(path, iter([torch.zeros(2, 8, 8, 3).byte(), torch.zeros(2, 8, 9, 3).byte()]))
    with pytest.raises(BadInput, match="no frames"):
        write_video(path, iter([]))
    assert path.read_bytes() == b"the old one" and list(tmp_path.iterdir()) == [path]


def test_the_last_frame_of_a_long_video_is_on_its_sheet(tmp_path):
    frames = (torch.arange(1000) // 4).byte()[:, None, None, None].expand(-1, 2, 2, 3)
    write_video(tmp_path / "a.png", iter(frames.split(100)))
    shown = np.array(Image.open(tmp_path / "a.png"))[::2, ::2, 0].ravel().astype(int)
    assert shown[0] == 0 and shown[-1] == 249
    assert np.abs(np.diff(shown) - 249 / 15).max() < 6


@pytest.mark.parametrize("suffix", ["mp4", "gif", "mkv", "apng", "png"])
def test_a_full_disk_leaves_the_old_file(tmp_path, fork, suffix):
    """The system refuses to write more than some bytes of a file: none, half, all but the last few."""
    frames = toy_videos(1, frames=10)[0].frames
    path = tmp_path / f"a.{suffix}"
    write_video(path, frames)
    whole = path.stat().st_size

    def write(limit):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        try:
            write_video(path, frames)
        except InrkitError as problem:
            return 1 if "File too large" in problem.message else 3
        return 0

    for limit, code in ((0, 1), (whole // 2, 1), (whole - 500, 1), (whole + 500, 0)):
        path.write_bytes(b"the old one")
        child = fork(lambda limit=limit: write(limit))
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == code
        assert (path.read_bytes() == b"the old one") == bool(code)
        assert list(tmp_path.iterdir()) == [path]


def test_odd_sizes_grow_by_their_edge(tmp_path):
    frames = toy_videos(1, frames=3, size=(31, 45))[0].frames
    write_video(tmp_path / "a.mp4", frames)
    back = read_video(tmp_path / "a.mp4").frames
    assert back.shape == (3, 32, 46, 3)
    assert (back[:, :31, :45].int() - frames).abs().float().mean() < 6
    assert (back[:, 31, :45].int() - frames[:, 30]).abs().float().mean() < 8


def test_mp4_can_be_played_before_it_is_loaded(tmp_path):
    write_video(tmp_path / "a.mp4", _patches())
    data = (tmp_path / "a.mp4").read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")


def test_a_gif_has_colours_of_its_own_and_repeats(tmp_path):
    video = toy_videos(1, size=(64, 64))[0]
    write_video(tmp_path / "a.gif", video.frames, video.fps)
    assert (read_video(tmp_path / "a.gif").frames.int() - video.frames).abs().float().mean() < 5
    with Image.open(tmp_path / "a.gif") as image:
        assert image.info["loop"] == 0
        assert image.info["duration"] == 80


def test_a_png_shows_frames_in_a_grid(tmp_path):
    frames = torch.arange(31, dtype=torch.uint8)[:, None, None, None].expand(31, 5, 6, 3) * 8
    write_video(tmp_path / "a.png", frames)
    sheet = np.array(Image.open(tmp_path / "a.png"))
    assert sheet.shape == (20, 24, 3)
    assert sheet[2::5, 3::6, 0].ravel().tolist() == [16 * i for i in range(16)]


def test_a_png_of_a_few_frames(tmp_path):
    write_video(tmp_path / "a.png", torch.full((3, 5, 6, 3), 9, dtype=torch.uint8))
    assert np.array(Image.open(tmp_path / "a.png")).shape == (10, 12, 3)


def test_write_png(tmp_path):
    image = toy_videos(1, frames=1)[0].frames[0]
    write_png(tmp_path / "deep" / "er" / "a.png", image)
    assert np.array_equal(np.array(Image.open(tmp_path / "deep" / "er" / "a.png")), image.numpy())


def test_other_suffixes_are_refused_with_what_is_possible(tmp_path):
    with pytest.raises(BadInput, match=r"a\.webm") as error:
        write_video(tmp_path / "a.webm", _patches())
    assert error.value.hint == "Use one of .mp4, .gif, .png, .mkv, .apng."


@pytest.mark.parametrize(
    "frames", [torch.zeros(4, 8, 8, 3), torch.zeros(4, 3, 8, 8).byte(), torch.zeros(0, 8, 8, 3).byte()]
)
def test_frames_that_are_no_video(tmp_path, frames):
    with pytest.raises(BadInput, match="cannot be written"):
        write_video(tmp_path / "a.mp4", frames)


@pytest.mark.parametrize("fps", [0.0, -1.0, float("nan"), float("inf")])
def test_rates_that_make_no_sense(tmp_path, fps):
    with pytest.raises(BadInput, match="frames a second"):
        write_video(tmp_path / "a.mp4", _patches(), fps)


@pytest.mark.parametrize("suffix", ["mp4", "gif"])
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, suffix):
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(b"the old one")

    def full(name, *_args, **_options):
        Path(name).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(av, "open", full)
    with pytest.raises(InrkitError, match=rf"a\.{suffix} cannot be written: No space left on device"):
        write_video(path, _patches())
    assert path.read_bytes() == b"the old one"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_is_no_folder(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InrkitError, match="cannot be written"):
        write_video(tmp_path / "file" / "a.mp4", _patches())
