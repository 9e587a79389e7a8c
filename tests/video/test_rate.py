"""Another frame rate goes by the times at which frames are shown, not by their number."""

from fractions import Fraction

import av
import numpy as np
import pytest

from inrkit.errors import BadInput
from inrkit.video import ClipSettings, prepare_clips, read_video


@pytest.fixture
def timed(tmp_path, pictures):
    """Writes frame i, of red 8 i, to be shown at `milliseconds[i]`."""

    def write(milliseconds):
        with av.open(str(tmp_path / "a.mkv"), "w") as container:
            stream = container.add_stream("ffv1", rate=Fraction(25))
            stream.height, stream.width, stream.pix_fmt = 24, 32, "bgr0"
            stream.codec_context.time_base = Fraction(1, 1000)
            for pixels, time in zip(pictures(len(milliseconds)), milliseconds, strict=True):
                frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="bgr0")
                frame.pts, frame.time_base = time, Fraction(1, 1000)
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        return tmp_path / "a.mkv"

    return write


def _shown(path, fps):
    video = read_video(path, fps=fps)
    assert video.fps == fps
    return (video.frames[:, 0, 0, 0] // 8).tolist()


def test_frames_of_varying_length(timed):
    path = timed([0, 40, 80, 280, 480, 520, 560, 600])
    assert _shown(path, 25) == [0, 1, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4, 4, 5, 6, 7]
    assert _shown(path, 5) == [0, 3, 4, 7]
    assert read_video(path).frames[:, 0, 0, 0].tolist() == [8 * i for i in range(8)]


@pytest.mark.parametrize(("fps", "count"), [(12.5, 13), (25, 25), (50, 50), (10, 10), (29.97, 30)])
def test_a_second_stays_a_second(timed, fps, count):
    seen = _shown(timed([40 * i for i in range(25)]), fps)
    assert len(seen) == count
    times = np.arange(count) / fps
    assert np.abs(np.array(seen) * 0.04 - times).max() <= 0.0201


def test_a_clock_that_jumps_makes_no_frames(timed):
    assert len(_shown(timed([0, 40, 80, 10**9, 10**9 + 40]), 25)) == 5


@pytest.mark.parametrize("fps", [0, -1, float("nan"), float("inf"), 1001])
def test_rates_that_make_no_sense(timed, fps):
    path = timed([0, 40])
    with pytest.raises(BadInput, match="frames a second"):
        read_video(path, fps=fps)
    with pytest.raises(BadInput, match="frames a second"):
        ClipSettings(2, (8, 8), fps=fps)


def test_clips_have_the_rate_and_varying_ones_are_named(tmp_path, timed):
    path = timed([0, 40, 80, 280, 480, 520, 560, 600])
    store = prepare_clips([path], ClipSettings(4, (24, 32)), cache=tmp_path)
    assert len(store) == 2 and any("varying frame rate" in line for line in store.warnings())
    store = prepare_clips([path], ClipSettings(4, (24, 32), fps=12.5), cache=tmp_path)
    assert store.clips[0].fps == 12.5 and store.warnings() == []
    assert (store.read([0])[0, :, 0, 0, 0] // 8).tolist() == [0, 2, 2, 3]
