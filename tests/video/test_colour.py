"""Frames that were made another way come back as the picture that was meant, held against the formulas of H.273."""

from fractions import Fraction

import av
import numpy as np
import pytest

from inrkit.video import open_frames, parse_box, read_video

KR_KB = {1: (0.2126, 0.0722), 5: (0.299, 0.114), 9: (0.2627, 0.0593)}
"""Of the matrices BT.709, BT.601 and BT.2020, by their numbers in H.273."""

COLOURS = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255], [0, 0, 0], [90, 130, 200]], np.uint8)


def _bars(height=32, bar=16):
    return np.broadcast_to(COLOURS.repeat(bar, axis=0), (height, len(COLOURS) * bar, 3)).copy()


def _yuv(rgb, matrix, full, bits):
    """Planes (3, H, W) of whole numbers, computed from the definition."""
    kr, kb = KR_KB[matrix]
    red, green, blue = np.moveaxis(rgb / 255.0, -1, 0)
    luma = kr * red + (1 - kr - kb) * green + kb * blue
    chroma = (blue - luma) / (2 - 2 * kb), (red - luma) / (2 - 2 * kr)
    unit = 2 ** (bits - 8)
    if full:
        top = 2**bits - 1
        return np.stack([luma * top, *(each * top + 2 ** (bits - 1) for each in chroma)]).round()
    return np.stack([16 + 219 * luma, *(128 + 224 * each for each in chroma)]) * unit


def _write(path, planes, pix_fmt, bits=8, codec="ffv1", matrix=2, shades=0, frames=2, **tags):
    """Write planes (3, H, W) as they are; where chroma is subsampled, every other pixel counts."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=Fraction(25))
        stream.height, stream.width, stream.pix_fmt = *planes.shape[1:], pix_fmt
        context = stream.codec_context
        context.colorspace, context.color_range = matrix, shades
        for name, value in tags.items():
            setattr(context, name, value)
        for number in range(frames):
            frame = av.VideoFrame(planes.shape[2], planes.shape[1], pix_fmt)
            frame.pts, frame.colorspace, frame.color_range = number, matrix, shades
            for plane, values in zip(frame.planes, planes, strict=True):
                step = planes.shape[2] // plane.width
                values = values[:: planes.shape[1] // plane.height, ::step].clip(0, 2**bits - 1).round()
                lines = np.zeros((plane.height, plane.line_size), np.uint8)
                raw = values.astype(np.uint8 if bits == 8 else "<u2").view(np.uint8).reshape(plane.height, -1)
                lines[:, : raw.shape[1]] = raw
                plane.update(lines.tobytes())
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def _middles(video):
    """The colour in the middle of each bar."""
    return video.frames[0, video.frames.shape[1] // 2, 8::16].numpy().astype(int)


@pytest.mark.parametrize("matrix", [1, 5, 9], ids=["bt709", "bt601", "bt2020"])
@pytest.mark.parametrize("full", [False, True], ids=["limited", "full"])
@pytest.mark.parametrize(("pix_fmt", "bits"), [("yuv420p", 8), ("yuv444p", 8), ("yuv420p10le", 10)])
def test_matrix_range_and_depth(tmp_path, matrix, full, pix_fmt, bits):
    planes = _yuv(_bars(), matrix, full, bits)
    path = _write(tmp_path / "a.mkv", planes, pix_fmt, bits, matrix=matrix, shades=2 if full else 1)
    assert np.abs(_middles(read_video(path)) - COLOURS).max() <= 3
    assert np.abs(_middles(read_video(path, size=(16, 96), fit="squash")) - COLOURS).max() <= 3


@pytest.mark.parametrize(("height", "matrix"), [(480, 5), (720, 1)])
def test_a_file_that_does_not_name_its_matrix_has_that_of_its_size(tmp_path, height, matrix):
    path = _write(tmp_path / "a.mkv", _yuv(_bars(height), matrix, False, 8), "yuv420p")
    assert np.abs(_middles(read_video(path)) - COLOURS).max() <= 3


def _pq(nits):
    y = (nits / 10000) ** 0.1593017578125
    return ((0.8359375 + 18.8515625 * y) / (1 + 18.6875 * y)) ** 78.84375


def _hlg(nits):
    """For a screen of 1000 nits, whose system gamma of 1.2 acts on luminance, not on each colour (BT.2100)."""
    shown = nits / 1000
    luminance = np.maximum(shown @ (0.2627, 0.678, 0.0593), 1e-9)[:, None]
    light = (shown * luminance ** (1 / 1.2 - 1)).clip(0, 1)
    above = 0.17883277 * np.log(np.maximum(12 * light - 0.28466892, 1e-9)) + 0.55991073
    return np.where(light <= 1 / 12, (3 * light) ** 0.5, above)


def _write_hdr(path, transfer, light, trc):
    """Bars of linear BT.2020 light (N, 3) in nits, as 10-bit video."""
    rgb = transfer(np.float64(light)) * 255
    bars = np.broadcast_to(rgb.repeat(16, axis=0), (32, 16 * len(rgb), 3))
    tags = {"color_trc": trc, "color_primaries": 9}
    return _write(path, _yuv(bars, 9, False, 10), "yuv420p10le", 10, matrix=9, shades=1, **tags)


@pytest.mark.parametrize(("transfer", "trc"), [(_pq, 16), (_hlg, 18)], ids=["pq", "hlg"])
def test_high_dynamic_range_is_brought_to_the_ordinary_one(tmp_path, transfer, trc):
    """Greys stay grey and in order; a white page is bright, and there is room above it for highlights.

    Red, green and blue of BT.709 keep their hue. Room is left for purer ones, so a few parts of light of the others
    come with them: less than the 14, 45 and 6 in 100 that they have in BT.2020, but for blue, which is nearly the same.
    """
    greys = np.repeat([[0, 1, 10, 50, 203, 1000]], 3, axis=0).T
    pure = np.array([[62.74, 6.91, 1.64], [32.93, 91.95, 8.8], [4.33, 1.14, 89.56]])
    seen = _middles(read_video(_write_hdr(tmp_path / "a.mkv", transfer, np.concatenate([greys, pure]), trc)))
    assert np.ptp(seen[:6], axis=1).max() <= 4
    levels = seen[:6].mean(axis=1)
    assert (np.diff(levels) > 8).all() and levels[0] < 4
    assert 150 < levels[4] < 185  # as it is coded: 148 and 191
    assert levels[5] > 200  # as it is coded: 192 and 255
    for main, colour, most in zip(range(3), seen[6:], (0.07, 0.2, 0.08), strict=True):
        light = (colour / 255) ** 2.4  # as a screen shows it, by BT.1886
        assert colour.argmax() == main
        assert light.sum() < (1 + most) * light[main]


@pytest.mark.parametrize("suffix", ["mov", "gif"])
def test_what_can_be_seen_through_stands_before_black(tmp_path, suffix):
    rgba = np.zeros((16, 32, 4), np.uint8)
    rgba[:, :16] = (200, 100, 50, 255)
    rgba[:, 16:] = (255, 255, 255, 0)
    path = tmp_path / f"a.{suffix}"
    if suffix == "gif":
        from PIL import Image

        images = [Image.fromarray(rgba)] * 2
        images[0].save(path, save_all=True, append_images=images[1:], duration=40, disposal=2)
    else:
        rgba[:8, 16:, 3] = 128
        with av.open(str(path), "w") as container:
            stream = container.add_stream("png", rate=25)
            stream.height, stream.width, stream.pix_fmt = 16, 32, "rgba"
            container.mux(stream.encode(av.VideoFrame.from_ndarray(rgba, format="rgba")))
            container.mux(stream.encode())
    frame = read_video(path).frames[0].numpy().astype(int)
    assert np.abs(frame[12, 8] - (200, 100, 50)).max() <= 6
    assert frame[12, 24].max() == 0
    if suffix == "mov":
        assert np.abs(frame[4, 24] - 128).max() <= 1


def test_interlaced_frames_are_woven_anew(tmp_path):
    """A bar moves 4 pixels from field to field; in no frame may it have the edges of a comb."""
    height, width = 64, 96
    path = tmp_path / "a.mpg"
    with av.open(str(path), "w") as container:
        options = {"flags": "+ildct+ilme", "top": "1", "b": "8000000", "g": "1", "bf": "0"}
        stream = container.add_stream("mpeg2video", rate=Fraction(25), options=options)
        stream.height, stream.width, stream.pix_fmt = height, width, "yuv420p"
        graph = av.filter.Graph()
        source = graph.add("buffer", f"video_size={width}x{height}:pix_fmt=yuv420p:time_base=1/25:pixel_aspect=1/1")
        mark, sink = graph.add("setfield", "tff"), graph.add("buffersink")
        source.link_to(mark)
        mark.link_to(sink)
        graph.configure()
        for number in range(8):
            rgb = np.full((height, width, 3), 40, np.uint8)
            for field in (0, 1):
                left = 8 * number + 4 * field
                rgb[field::2, left : left + 24] = 220
            frame = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            graph.push(frame)
            container.mux(stream.encode(graph.vpull()))
        container.mux(stream.encode())
    with av.open(str(path)) as container:
        assert next(container.decode(video=0)).interlaced_frame
    frames = read_video(path).frames[..., 1].numpy().astype(int)
    assert len(frames) == 8
    comb = np.abs(2 * frames[:, 1:-1] - frames[:, :-2] - frames[:, 2:])[:, 8:-8].mean(axis=(1, 2))
    assert comb.max() < 6  # woven as they are: 29


@pytest.mark.parametrize(("aspect", "shape"), [((2, 1), (48, 128)), ((1, 2), (96, 64)), ((1, 1000), (48, 64))])
def test_pixels_that_are_not_square(tmp_path, aspect, shape):
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "1"})
        stream.height, stream.width, stream.pix_fmt = 48, 64, "yuv444p"
        stream.sample_aspect_ratio = Fraction(*aspect)
        rgb = np.zeros((48, 64, 3), np.uint8)
        rgb[:, 32:] = 255
        container.mux(stream.encode(av.VideoFrame.from_ndarray(rgb, format="rgb24")))
        container.mux(stream.encode())
    frames = read_video(path).frames
    assert frames.shape[1:3] == shape
    assert frames[0, :, : shape[1] // 2 - 8].max() < 16 and frames[0, :, shape[1] // 2 + 8 :].min() > 239
    assert read_video(path, size=(24, 24)).frames.shape == (1, 24, 24, 3)


def test_a_box_is_cut_out_of_each_frame(tmp_path, pictures, lossless):
    frames = pictures(3, 24, 32)
    path = lossless(tmp_path / "a.mkv", frames)
    with open_frames(path, box=parse_box("7x11+5+9")) as video:
        found = np.stack(list(video.pixels))
    assert np.array_equal(found, frames[:, 5:12, 9:20])


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_box_is_meant_as_one_sees_the_frame(tmp_path, pictures, degrees):
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264rgb", rate=25, options={"crf": "0"})
        stream.height, stream.width, stream.pix_fmt = 24, 32, "rgb24"
        stream.set_display_rotation(degrees)
        for frame in pictures(2, 24, 32):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())
    whole = read_video(path).frames.numpy()
    assert whole.shape[1:3] == ((24, 32) if degrees == 180 else (32, 24))
    with open_frames(path, box=parse_box("7x11+5+9")) as video:
        assert np.array_equal(np.stack(list(video.pixels)), whole[:, 5:12, 9:20])
