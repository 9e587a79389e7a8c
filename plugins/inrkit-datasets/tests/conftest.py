"""Small look-alikes of the published copies, and files of digits."""

import gzip

import numpy as np
import pytest
import torch

from inrkit import write_png, write_video
from inrkit.testing import tiny_videos


def folder_of_frames(folder, count, size=(36, 64)):
    """Frames that are dark but for the columns that INR-V takes, which get brighter."""
    folder.mkdir(parents=True)
    height, width = size
    for i in range(count):
        frame = torch.zeros(height, width, 3, dtype=torch.uint8)
        frame[:, 140 * width // 640 : 500 * width // 640] = 100 + i
        write_png(folder / f"{i:05d}.png", frame)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("INRKIT_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def faces(tmp_path):
    """Three videos of more than a clip."""
    tiny_videos(tmp_path / "faces", 3, 30)
    return tmp_path / "faces"


@pytest.fixture
def sky(tmp_path):
    """As MDGAN's archive: of sky_train two videos, one of them too short, and one of sky_test, all of 640x360."""
    for name, count in (("sky_train/a/a_1", 26), ("sky_train/a/a_2", 24), ("sky_test/b/b_1", 25)):
        folder_of_frames(tmp_path / "sky" / name, count, (360, 640))
    return tmp_path / "sky"


@pytest.fixture
def ucf(tmp_path):
    """Two actions, by actors of groups that each of the three splits holds out, and of one that none does."""
    for action in ("Archery", "YoYo"):
        for group in (1, 8, 15, 25):
            path = tmp_path / "UCF-101" / action / f"v_{action}_g{group:02d}_c01.avi"
            path.parent.mkdir(parents=True, exist_ok=True)
            frames = torch.full((26, 24, 32, 3), 10 * group, dtype=torch.uint8)
            write_video(path.with_suffix(".mp4"), frames, 25)
            path.with_suffix(".mp4").rename(path)
    return tmp_path / "UCF-101"


@pytest.fixture
def digits():
    """(40, 28, 28): each has its own grey in a square."""
    pictures = np.zeros((40, 28, 28), np.uint8)
    for i, picture in enumerate(pictures):
        picture[8:20, 8:20] = 100 + 2 * i
    return pictures


@pytest.fixture
def idx(digits, tmp_path):
    """MNIST's own format, gzipped."""
    path = tmp_path / "train-images-idx3-ubyte.gz"
    header = b"\0\0\x08\x03" + np.array(digits.shape, ">i4").tobytes()
    path.write_bytes(gzip.compress(header + digits.tobytes()))
    return path
