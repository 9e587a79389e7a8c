"""Files made to do harm, and places that are no files: named in one line, and never followed."""

import io
import os
import struct
import zipfile
import zlib

import numpy as np
import pytest
from PIL import Image

from inrkit.errors import BadInput
from inrkit.video import find_videos, read_video, zips


def _png(frame):
    data = io.BytesIO()
    Image.fromarray(frame).save(data, "PNG")
    return data.getvalue()


def _zip(path, entries, how=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", how) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


@pytest.fixture
def films(tmp_path, pictures):
    """A zip of two folders of 12 frames, beside things that are none; and the frames."""
    frames = pictures(12)
    entries = {f"set/{cat}/{i}.png": _png(frames[i]) for i in range(12) for cat in ("cat2", "cat10")}
    entries |= {"__MACOSX/set/cat2/._1.png": b"x", "set/readme.md": b"x", "set/.hidden/1.png": b"x"}
    return _zip(tmp_path / "films.zip", entries), frames


def test_a_zip_of_frame_folders(films):
    path, frames = films
    assert find_videos(path) == [path / "set" / "cat2", path / "set" / "cat10"]
    assert find_videos(path / "set" / "cat10") == [path / "set" / "cat10"]
    video = read_video(path / "set" / "cat10")
    assert np.array_equal(video.frames.numpy(), frames) and video.name == "cat10"


def test_frames_at_the_root_of_a_zip(tmp_path, pictures):
    path = _zip(tmp_path / "one.zip", {f"{i}.png": _png(frame) for i, frame in enumerate(pictures(3))})
    assert find_videos(path) == [path]
    assert len(read_video(path).frames) == 3


def test_a_zip_in_a_folder_and_in_a_list(tmp_path, films):
    (tmp_path / "train.txt").write_text("films.zip/set/cat2\n")
    assert find_videos(tmp_path / "train.txt") == [films[0] / "set" / "cat2"]
    (tmp_path / "train.txt").unlink()
    assert find_videos(tmp_path) == find_videos(films[0])


@pytest.mark.parametrize("name", ["../a/1.png", "/etc/1.png", "a/../../1.png", "C:/1.png", "a\\..\\..\\1.png"])
def test_a_zip_whose_names_lead_out_of_it(tmp_path, name):
    path = _zip(tmp_path / "a.zip", {"a/0.png": b"x", name: b"x"})
    with pytest.raises(BadInput, match=r"a\.zip holds .*, a name that leads out of it"):
        find_videos(path)


def test_a_bad_zip_in_a_folder_does_not_hide_the_other_videos(tmp_path):
    (tmp_path / "b.mp4").touch()
    (tmp_path / "more").mkdir()
    _zip(tmp_path / "a.zip", {"../0.png": b"x"})
    (tmp_path / "more" / "c.zip").write_bytes(b"no zip")
    with pytest.raises(BadInput, match="2 videos cannot be used") as error:
        find_videos(tmp_path)
    assert "a.zip holds '../0.png'" in error.value.message and "c.zip is no zip file" in error.value.message
    bad = []
    assert find_videos(tmp_path, bad=bad) == [tmp_path / "b.mp4"]
    assert [each.video for each in bad] == [str(tmp_path / "a.zip"), str(tmp_path / "more" / "c.zip")]
    (tmp_path / "b.mp4").unlink()
    with pytest.raises(BadInput, match="2 videos cannot be used"):
        find_videos(tmp_path)


def test_a_zip_that_is_a_bomb(tmp_path):
    path = _zip(tmp_path / "a.zip", {f"a/{i}.png": bytes(2**25) for i in range(4)})
    with pytest.raises(BadInput, match="would unpack to 128 MB"):
        find_videos(path)


def test_a_picture_in_a_zip_that_is_too_large(tmp_path, monkeypatch):
    monkeypatch.setattr(zips, "MAX_ENTRY", 1000)
    path = _zip(tmp_path / "a.zip", {"a/0.png": _png(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8))})
    with pytest.raises(BadInput, match=r"a/0\.png"):
        read_video(path / "a")


def test_an_encrypted_zip(tmp_path):
    path = _zip(tmp_path / "a.zip", {"a/0.png": b"x"}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(BadInput, match="is encrypted"):
        find_videos(path)


def test_a_zip_with_a_broken_picture(films):
    path, _ = films
    data = bytearray(path.read_bytes())
    data[60:70] = bytes(10)
    path.write_bytes(data)
    with pytest.raises(BadInput, match=r"cat2/0\.png cannot be (unpacked|decoded)"):
        read_video(path / "set" / "cat2")


def test_what_is_no_zip(tmp_path):
    (tmp_path / "a.zip").write_bytes(b"no zip at all")
    with pytest.raises(BadInput, match=r"a\.zip is no zip file that can be read"):
        find_videos(tmp_path / "a.zip")


def test_a_zip_without_frames(tmp_path):
    with pytest.raises(BadInput, match="holds no video"):
        find_videos(_zip(tmp_path / "a.zip", {"a.txt": b"x"}))


def _huge_png(height, width):
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


def _huge_gif(height, width):
    return (
        b"GIF89a"
        + struct.pack("<HH", width, height)
        + b"\xf7\0\0"
        + bytes(768)
        + b"\x2c"
        + struct.pack("<HHHH", 0, 0, 1, 1)
        + b"\0\x08\3\0\1\2\0\x3b"
    )


def test_pictures_of_an_immense_size(tmp_path):
    (tmp_path / "frames").mkdir()
    (tmp_path / "frames" / "0.png").write_bytes(_huge_png(100_000, 100_000))
    with pytest.raises(BadInput, match="frames of 100000x100000 pixels"):
        read_video(tmp_path / "frames")
    (tmp_path / "a.gif").write_bytes(_huge_gif(65535, 65535))
    with pytest.raises(BadInput, match=r"a\.gif"):
        read_video(tmp_path / "a.gif")


def test_playlists_are_not_followed(tmp_path, encoded, pictures):
    film = encoded(tmp_path / "film.mp4", pictures(4))
    (tmp_path / "a.m3u8").write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{film}\n#EXT-X-ENDLIST\n")
    (tmp_path / "b.mp4").write_text(f"ffconcat version 1.0\nfile '{film}'\n")
    (tmp_path / "c.mp4").write_bytes((tmp_path / "a.m3u8").read_bytes())
    for name in ("a.m3u8", "b.mp4", "c.mp4"):
        with pytest.raises(BadInput, match="cannot be decoded"):
            read_video(tmp_path / name)


@pytest.mark.parametrize(
    "name", ["a%03d.gif", "concat:a|b.gif", "a[1].gif", "http:--x.gif", "a*.gif", "-i.gif", "ü\n.gif"]
)
def test_names_are_only_names(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    images = [Image.new("RGB", (9, 7), (40 * i, 0, 0)) for i in range(3)]
    images[0].save(tmp_path / name, "GIF", save_all=True, append_images=images[1:], duration=80)
    assert len(read_video(name).frames) == 3


def test_images_whose_names_are_patterns(tmp_path):
    for name in ("a%03d.png", "b*.png"):
        Image.new("RGB", (8, 8)).save(tmp_path / name)
    assert len(read_video(tmp_path).frames) == 2


def test_addresses_are_no_files():
    for address in ("http://example.com/a.mp4", "file:///etc/passwd", "concat:a.mp4|b.mp4", "rtsp://x/y", "pipe:0"):
        with pytest.raises(BadInput, match="does not exist"):
            find_videos(address)
        with pytest.raises(BadInput, match="does not exist"):
            read_video(address)


def test_a_pipe_and_a_device(tmp_path):
    os.mkfifo(tmp_path / "a.mp4")
    for path in (tmp_path / "a.mp4", "/dev/zero"):
        with pytest.raises(BadInput, match="is no file but a folder, a device or a pipe"):
            read_video(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"x")
    (tmp_path / "a.mp4").chmod(0)
    with pytest.raises(BadInput, match="cannot be read: Permission denied"):
        read_video(tmp_path / "a.mp4")


@pytest.mark.parametrize("name", ["a\0b.mp4", "x" * 5000 + ".mp4"])
def test_names_that_no_file_has(tmp_path, name):
    with pytest.raises(BadInput, match=r"does not exist|cannot be read"):
        read_video(tmp_path / name)
    with pytest.raises(BadInput, match=r"does not exist|cannot be read"):
        find_videos(tmp_path / name)


def test_lists_name_all_that_is_wrong(tmp_path):
    (tmp_path / "a.gif").touch()
    (tmp_path / "l.txt").write_text("a.gif\nb.gif\nc.gif\n")
    with pytest.raises(BadInput, match="2 videos cannot be used") as error:
        find_videos(tmp_path / "l.txt")
    assert "b.gif (line 2" in error.value.message and "c.gif (line 3" in error.value.message
    bad = []
    assert find_videos(tmp_path / "l.txt", bad=bad) == [tmp_path / "a.gif"]
    assert [each.video for each in bad] == ["b.gif", "c.gif"]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a.mp4\0b.mp4\n"])
def test_a_list_that_is_no_text(tmp_path, content):
    (tmp_path / "l.txt").write_bytes(content)
    with pytest.raises(BadInput, match="is no text file"):
        find_videos(tmp_path / "l.txt")


def test_a_codec_that_is_not_known(tmp_path, encoded, pictures):
    """Found by fuzzing."""
    path = encoded(tmp_path / "a.mp4", pictures(4))
    path.write_bytes(path.read_bytes().replace(b"avc1", b"zzzz"))
    with pytest.raises(BadInput, match="its codec is not known"):
        read_video(path)
