"""Any ordinary file comes back as it is, and what cannot be read is said in one line."""

import struct
from fractions import Fraction

import av
import numpy as np
import pytest
import torch
from PIL import Image, ImageCms, ImageOps

from inrkit.errors import BadInput
from inrkit.video import open_frames, parse_box, read_video, write_video
from inrkit.video.decode import decode_folder
from inrkit.video.orientation import orientation_of


def test_lossless_file_comes_back_exactly(tmp_path, pictures, lossless):
    frames = pictures(13)
    video = read_video(lossless(tmp_path / "a film.mkv", frames, Fraction(30000, 1001)))
    assert np.array_equal(video.frames.numpy(), frames)
    assert video.frames.dtype == torch.uint8
    assert video.name == "a film"
    assert video.fps == pytest.approx(29.97, abs=0.001)


def test_limit_reads_no_further(tmp_path, pictures, lossless):
    path = lossless(tmp_path / "a.mkv", pictures(30))
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    assert len(read_video(path, limit=5).frames) == 5


def test_frames_are_decoded_as_they_are_asked_for(tmp_path, pictures, lossless):
    with open_frames(lossless(tmp_path / "a.mkv", pictures(10)), threads=1) as video:
        assert video.fps == 25
        assert [next(video.pixels)[0, 0, 0] for _ in range(3)] == [0, 8, 16]


def test_folder_of_frames_in_natural_order(tmp_path, pictures):
    frames = pictures(12)
    for i, frame in enumerate(frames):
        Image.fromarray(frame).save(tmp_path / f"frame{i}.png")
    (tmp_path / ".frame99.png").write_bytes(b"hidden")
    (tmp_path / "notes.txt").write_text("not a frame")
    with open_frames(tmp_path) as video:
        assert len(list(video.pixels)) == 12 and not video.varying
    video = read_video(tmp_path)
    assert np.array_equal(video.frames.numpy(), frames)
    assert video.fps == 25


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "I;16"])
def test_any_kind_of_png(tmp_path, mode):
    if mode == "I;16":
        Image.fromarray(np.full((8, 8), 204 * 257, np.uint16)).save(tmp_path / "0.png")
    else:
        Image.new("RGB", (8, 8), (204, 204, 204)).convert(mode).save(tmp_path / "0.png")
    assert (read_video(tmp_path).frames.int() - 204).abs().max() <= 2


def test_jpeg_uses_the_full_range(tmp_path):
    half = np.zeros((16, 16, 3), np.uint8)
    half[:, 8:] = 255
    Image.fromarray(half).save(tmp_path / "0.jpg", quality=95)
    assert (read_video(tmp_path).frames[0].int() - torch.from_numpy(half).int()).abs().max() <= 3


def _turn(path, matrix):
    """Write another display matrix into the track header of an mp4."""
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40
    data[at : at + 36] = struct.pack(">9i", *matrix)
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("a", "b", "c", "d", "shown"),
    [
        (0, 1, -1, 0, lambda video: video.transpose(1, 2).flip(2)),
        (0, -1, 1, 0, lambda video: video.transpose(1, 2).flip(1)),
        (-1, 0, 0, -1, lambda video: video.flip(1, 2)),
        (-1, 0, 0, 1, lambda video: video.flip(2)),
        (1, 0, 0, -1, lambda video: video.flip(1)),
        (0, 1, 1, 0, lambda video: video.transpose(1, 2)),
        (0, -1, -1, 0, lambda video: video.transpose(1, 2).flip(1, 2)),
        (0, 0, 0, 0, lambda video: video),
    ],
    ids=["right", "left", "over", "mirrored", "upside down", "right, mirrored", "left, mirrored", "of zeros"],
)
def test_a_video_filmed_sideways_or_in_a_mirror_stands_as_it_is_shown(tmp_path, pictures, a, b, c, d, shown):
    path = tmp_path / "phone.mp4"
    write_video(path, torch.from_numpy(pictures(5, 24, 32)))
    plain = read_video(path).frames
    one = 1 << 16
    _turn(path, [a * one, b * one, 0, c * one, d * one, 0, 0, 0, 1 << 30])
    whole = read_video(path).frames
    assert torch.equal(whole, shown(plain))
    assert read_video(path, size=(16, 8)).frames.shape == (5, 16, 8, 3)
    with open_frames(path, box=parse_box("12x14+4+8")) as video:
        part = torch.from_numpy(np.stack(list(video.pixels)))
    assert (part.float() - whole[:, 4:16, 8:22]).abs().mean() < 2  # the edges of subsampled colour differ


@pytest.mark.parametrize("suffix", ["jpg", "png"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_stand_as_the_camera_was_held(tmp_path, orientation, suffix):
    """Exif, as in the jpgs of phones, held against Pillow."""
    quarters = np.zeros((16, 32, 3), np.uint8)
    quarters[:8, :16], quarters[8:, :16], quarters[8:, 16:] = 255, 160, 80
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "a maker", orientation
    path = tmp_path / f"0.{suffix}"
    Image.fromarray(quarters).save(path, exif=exif)
    with Image.open(path) as image:
        upright = np.asarray(ImageOps.exif_transpose(image)).astype(int)
    assert upright.shape[:2] == ((16, 32) if orientation < 5 else (32, 16))
    assert np.abs(read_video(tmp_path).frames[0].numpy() - upright).max() <= 3
    with open_frames(tmp_path, box=parse_box("6x10+4+2")) as video:
        assert np.abs(next(video.pixels) - upright[4:10, 2:12]).max() <= 3


def test_a_picture_stands_as_it_was_held_when_one_before_it_is_gone(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 4
    for i in range(3):
        Image.new("RGB", (8, 4)).save(tmp_path / f"{i}.png", exif=exif)
    frames = list(decode_folder(tmp_path).frames)
    held = orientation_of(frames[0])
    del frames[0]
    assert held.rows and [orientation_of(frame) for frame in frames] == [held, held]


def test_gif_made_elsewhere(tmp_path):
    images = [Image.new("RGB", (9, 7), (40 * i, 0, 0)) for i in range(5)]
    images[0].save(tmp_path / "a.gif", save_all=True, append_images=images[1:], duration=80)
    video = read_video(tmp_path / "a.gif")
    assert video.frames.shape == (5, 7, 9, 3)
    assert video.frames[:, 3, 4, 0].tolist() == pytest.approx([0, 40, 80, 120, 160], abs=2)
    assert video.fps == pytest.approx(12.5)


def test_missing(tmp_path):
    with pytest.raises(BadInput, match=r"gone\.mp4 does not exist"):
        read_video(tmp_path / "gone.mp4")


def test_empty_file(tmp_path):
    (tmp_path / "a.mp4").touch()
    with pytest.raises(BadInput, match=r"a\.mp4 is empty"):
        read_video(tmp_path / "a.mp4")


def test_text_for_a_video(tmp_path):
    (tmp_path / "a.mp4").write_text("this is no film\n" * 200)
    with pytest.raises(BadInput, match=r"a\.mp4 cannot be decoded: Invalid data") as error:
        read_video(tmp_path / "a.mp4")
    assert "\n" not in error.value.message


def test_sound_alone(tmp_path):
    with av.open(str(tmp_path / "a.wav"), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), format="s16", layout="mono")
        sound.sample_rate = 8000
        container.mux(stream.encode(sound))
        container.mux(stream.encode())
    with pytest.raises(BadInput, match="holds no video stream"):
        read_video(tmp_path / "a.wav")


def _cut_in_half(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize("suffix", ["mkv", "mp4", "webm", "avi"])
def test_of_a_file_cut_short_all_that_can_be_decoded_is_read_and_said(tmp_path, encoded, suffix):
    frames = np.random.default_rng(0).integers(0, 256, (50, 24, 32, 3), dtype=np.uint8)
    path = tmp_path / f"a.{suffix}"
    whole = read_video(encoded(path, frames)).frames
    assert len(whole) == 50
    _cut_in_half(path)
    with pytest.warns(UserWarning, match=rf"a\.{suffix} is damaged: \d+ of about 50 frames could be decoded") as caught:
        some = read_video(path).frames
    assert len(caught) == 1
    assert f": {len(some)} of" in str(caught[0].message) and 8 < len(some) < 40
    assert torch.equal(some[:-1], whole[: len(some) - 1])  # the last one may be half a frame


def _with_sound(path, frames, seconds):
    """A mkv of frames and of silence, which says how long it is, but not how long either of them is."""
    with av.open(str(path), "w") as container:
        video, sound = container.add_stream("ffv1", rate=25), container.add_stream("pcm_s16le", rate=8000)
        video.height, video.width, video.pix_fmt = *frames.shape[1:3], "bgr0"
        for number in range(max(len(frames), int(25 * seconds))):
            if number < 25 * seconds:
                silence = av.AudioFrame.from_ndarray(np.zeros((1, 320), np.int16), format="s16", layout="mono")
                silence.sample_rate, silence.pts = 8000, 320 * number
                container.mux(sound.encode(silence))
            if number < len(frames):
                picture = av.VideoFrame.from_ndarray(frames[number], format="rgb24").reformat(format="bgr0")
                picture.pts = number
                container.mux(video.encode(picture))
        container.mux(sound.encode())
        container.mux(video.encode())
    tagged = path.read_bytes()
    assert tagged.count(b"DURATION") == 2
    path.write_bytes(tagged.replace(b"DURATION", b"NOTHING!"))
    return path


@pytest.mark.parametrize("seconds", [2, 4])
def test_a_film_with_sound_that_says_only_how_long_both_are(tmp_path, seconds):
    """As mkvmerge writes them. Whole, it is not damaged, even if the sound goes on after the last picture."""
    frames = np.random.default_rng(0).integers(0, 256, (50, 24, 32, 3), dtype=np.uint8)
    path = _with_sound(tmp_path / "a.mkv", frames, seconds)
    assert np.array_equal(read_video(path).frames, frames)
    _cut_in_half(path)
    with pytest.warns(UserWarning, match=rf"damaged: \d+ of about {25 * seconds} frames could be decoded") as caught:
        read_video(path)
    assert len(caught) == 1


def test_an_mp4_without_its_table_cannot_be_read(tmp_path, encoded, pictures):
    path = encoded(tmp_path / "a.mp4", pictures(20), faststart=False)
    _cut_in_half(path)
    with pytest.raises(BadInput, match=r"a\.mp4 cannot be decoded"):
        read_video(path)


def test_a_broken_packet_does_not_spoil_the_others(tmp_path, pictures):
    frames = pictures(20)
    path = tmp_path / "a.mov"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("png", rate=25)
        stream.height, stream.width, stream.pix_fmt = *frames.shape[1:3], "rgb24"
        for number, frame in enumerate(frames):
            packets = stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24"))
            if number in (7, 8):
                packets = [_scrambled(packet) for packet in packets]
            container.mux(packets)
        container.mux(stream.encode())
    with pytest.warns(UserWarning, match="damaged: 18 of about 20 frames"):
        found = read_video(path).frames.numpy()
    assert np.array_equal(found, np.delete(frames, [7, 8], axis=0))
    with open_frames(path) as video:
        assert len(list(video.pixels)) == 18 and video.notes
        assert not video.varying, "a gap from damage"


def _scrambled(packet):
    other = av.Packet(bytes(packet)[::-1])
    other.pts, other.dts, other.time_base, other.stream = packet.pts, packet.dts, packet.time_base, packet.stream
    return other


def test_folder_without_frames(tmp_path):
    with pytest.raises(BadInput, match="holds no frames"):
        read_video(tmp_path)


def test_broken_frame_is_named(tmp_path):
    Image.new("RGB", (8, 8)).save(tmp_path / "0.png")
    (tmp_path / "1.png").write_bytes(b"no picture" * 9)
    with pytest.raises(BadInput, match=r"1\.png cannot be decoded"):
        read_video(tmp_path)


def test_frames_of_several_sizes_need_a_size(tmp_path):
    Image.new("RGB", (8, 8)).save(tmp_path / "0.png")
    Image.new("RGB", (16, 8)).save(tmp_path / "1.png")
    with pytest.raises(BadInput, match="changes its size from 8x8 to 8x16 at frame 1"):
        read_video(tmp_path)
    with pytest.warns(UserWarning, match="changes its size from 8x8 to 8x16 at frame 1: each is scaled by itself"):
        assert read_video(tmp_path, size=(4, 4)).frames.shape == (2, 4, 4, 3)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_pictures_with_a_colour_profile_are_read(tmp_path, mode):
    """PyAV 18 crashes on them where it is asked for their display matrix."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = Image.fromarray(np.arange(8 * 6, dtype=np.uint8).reshape(8, 6)).convert(mode)
    (tmp_path / "frames").mkdir()
    picture.save(tmp_path / "frames/0.png", icc_profile=profile)
    picture.save(tmp_path / "moving.apng", format="PNG", save_all=True, append_images=[picture], icc_profile=profile)
    for path in (tmp_path / "frames", tmp_path / "moving.apng"):
        assert np.array_equal(read_video(path).frames[0, ..., 0], np.array(picture.convert("L")))
