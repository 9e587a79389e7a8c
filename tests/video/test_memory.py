"""Memory does not grow with the length of a video: of the frames of one, only a few are ever held."""

import os
import re
import sys
from pathlib import Path

import av
import pytest

from inrkit.video import ClipSettings, prepare, prepare_clips

FRAMES = 120
BOUND = 100 * 2**20


@pytest.fixture
def still(tmp_path):
    """An H.264 file of one 1080p picture, 120 times: 370 MB when it is decoded, 80 MB as clips of 360x640."""
    path = tmp_path / "still.mp4"
    picture = av.VideoFrame(1920, 1080, "yuv420p")
    for plane in picture.planes:
        plane.update(bytes(plane.buffer_size))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        stream.height, stream.width, stream.pix_fmt = 1080, 1920, "yuv420p"
        for number in range(FRAMES):
            picture.pts = number
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return path


def _bytes(entry):
    return int(re.search(rf"{entry}:\s*(\d+)", Path("/proc/self/status").read_text())[1]) * 1024


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_long_video_is_never_held_whole(tmp_path, still, fork, monkeypatch):
    """Neither decoded nor scaled, nor as clips that wait for those of the file before."""
    monkeypatch.setattr(prepare, "WAITING_BYTES", 8 * 2**20)

    def peak():
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
        before = _bytes("VmRSS")
        store = prepare_clips([still] * 2, ClipSettings(5, (360, 640)), cache=tmp_path / "cache", workers=2)
        assert len(store) == 2 * FRAMES // 5
        return int(_bytes("VmHWM") - before > BOUND)

    assert os.waitstatus_to_exitcode(os.waitpid(fork(peak), 0)[1]) == 0
