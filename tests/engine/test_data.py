"""What is trained on and what is held out."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

import inrkit
from inrkit import BadInput, Video
from inrkit.engine.data import fingerprint, gather, spread
from inrkit.engine.options import DataOptions
from inrkit.interfaces import Dataset
from inrkit.video import write_video


@pytest.fixture
def videos(clean, tmp_path):
    """Write so many videos, each of as many frames, all different: the name of their folder."""

    def write(*lengths, folder="videos"):
        for i, length in enumerate(lengths):
            pixels = np.random.default_rng(i).integers(0, 255, (length, 16, 16, 3), dtype=np.uint8)
            write_video(tmp_path / folder / f"{i}.gif", torch.from_numpy(pixels), 10)
        return folder

    return write


def split(source, val=None, **options):
    return gather(source, None, val, DataOptions(**{"frames": 4, "size": 8, **options}))


def test_the_last_tenth_of_the_videos(videos):
    train, held_out, notes = split(videos(*[4] * 20))
    assert train.names == [f"{i}.gif@0" for i in range(18)]
    assert held_out.names == ["18.gif@0", "19.gif@0"] and notes == []


def test_no_more_than_sixteen_clips(videos):
    source = videos(*[4] * 9, 40, 12)
    train, held_out, _ = split(source, holdout=2)
    assert train.names == [f"{i}.gif@0" for i in range(9)]
    assert len(held_out) == 13
    _, held_out, _ = split(source, holdout=2, val_size=5)
    assert len(held_out) == 5 and held_out.names[0] == "9.gif@0"
    train, held_out, _ = split(source, val_size=2)
    assert len(train) == 19 and held_out.names == ["10.gif@0", "10.gif@4"], "the last video gives enough"


def test_the_default_takes_no_more_videos_than_it_measures(videos):
    train, held_out, _ = split(videos(*[4] * 30), val_size=2)
    assert (len(train), held_out.names) == (28, ["28.gif@0", "29.gif@0"])


def test_of_one_video_the_last_clips(videos):
    train, held_out, _ = split(videos(80))
    assert train.names == [f"0.gif@{4 * i}" for i in range(18)]
    assert held_out.names == ["0.gif@72", "0.gif@76"]


@pytest.mark.parametrize("stride", [1, 2, 3, 4, 6])
@pytest.mark.parametrize("holdout", [None, 3, 0.3])
def test_held_out_clips_share_no_frame_with_training_clips(videos, stride, holdout):
    train, held_out, _ = split(videos(40), stride=stride, holdout=holdout)
    frames = [{f"{start}" for start in range(int(n.split("@")[1]), int(n.split("@")[1]) + 4)} for n in train.names]
    others = [{f"{start}" for start in range(int(n.split("@")[1]), int(n.split("@")[1]) + 4)} for n in held_out.names]
    assert frames and others and not set.union(*frames) & set.union(*others)


@pytest.mark.parametrize(("holdout", "count"), [(1, 1), (3, 3), (0.5, 5), (0.01, 1), (9, 9)])
def test_a_number_or_a_share(videos, holdout, count):
    train, held_out, _ = split(videos(*[4] * 10), holdout=holdout)
    assert (len(train), len(held_out)) == (10 - count, count)


@pytest.mark.parametrize("holdout", [10, 11, 0.99])
def test_something_must_be_left(videos, holdout):
    with pytest.raises(BadInput, match="leaves nothing to train on"):
        split(videos(*[4] * 10), holdout=holdout)


def test_nothing_held_out_is_said(videos):
    source = videos(*[4] * 3)
    train, held_out, (note,) = split(source, holdout=0)
    assert (len(train), len(held_out)) == (3, 0) and "nothing held out was measured" in note
    train, held_out, (note,) = split(source, limit=1)
    assert (len(train), len(held_out)) == (1, 0) and "only one clip" in note


def test_videos_of_their_own_to_hold_out(videos):
    train, held_out, _ = split(videos(4, 8), val=videos(*[8] * 20, folder="others"))
    assert len(train) == 3
    assert len(held_out) == 16 and len(set(held_out.names)) == 16
    with pytest.raises(BadInput, match="exclude each other"):
        split("videos", val="others", holdout=2)


def test_held_out_videos_that_are_all_bad_are_no_reason_to_hold_out_others(videos, tmp_path):
    (tmp_path / "val.txt").write_text("gone.mkv\n")
    with pytest.raises(BadInput, match=r"gone\.mkv \(line 1 of"):
        split(videos(4, 8), val=str(tmp_path / "val.txt"))


def test_short_videos_are_named(videos):
    train, _, (note,) = split(videos(8, 3, 8, 8))
    assert "1.gif" in note and "3 frames" in note
    assert [name for name in train.names if name.startswith("1.gif")] == []


def test_a_limit_counts_clips_and_shows_in_the_split(videos):
    train, held_out, _ = split(videos(*[8] * 5), limit=6)
    assert train.names + held_out.names == [f"{i}.gif@{start}" for i in range(3) for start in (0, 4)]


class Two(Dataset):
    def clips(self, options, shape):
        return [Video(torch.full((*shape, 3), i, dtype=torch.uint8), 10, f"v{i}") for i in range(4)]

    def held_out(self, options, shape):
        return [Video(torch.full((*shape, 3), 99, dtype=torch.uint8), 10, "other")]


def test_a_data_set_has_its_own_unless_told_otherwise(clean):
    assert split(Two())[1].names == ["other@0"]
    train, held_out, _ = split(Two(), holdout=2)
    assert (train.names, held_out.names) == (["v0@0", "v1@0"], ["v2@0", "v3@0"])
    assert len(split(Two(), holdout=0)[1]) == 0


def test_clips_are_those_of_the_videos(clean):
    train, _, _ = split(Two())
    assert train.read([2, 0])[:, 0, 0, 0, 0].tolist() == [2, 0]
    train.load(torch.device("cpu"))
    assert train.read(torch.tensor([3]))[0, 0, 0, 0].tolist() == [3, 3, 3]


def test_a_fingerprint_knows_pixels_and_their_order(clean):
    train, held_out, _ = split(Two())
    same = fingerprint(train, held_out)
    assert fingerprint(train.load(torch.device("cpu")), held_out) == same
    assert train.video is not None
    train.video[1, 2, 3, 4, 0] += 1
    assert fingerprint(train, held_out) != same
    assert fingerprint(held_out, train) != same


def test_spread():
    assert spread(range(5), 9) == [0, 1, 2, 3, 4]
    assert spread(range(10), 5) == [0, 2, 4, 6, 8]


@pytest.mark.parametrize("change", ["another video", "other pixels", "gone"])
def test_a_run_is_not_resumed_with_other_videos(videos, tmp_path, change):
    words = {"data.frames": 4, "data.size": 8, "steps": 2, "inr.width": 8, "data.holdout": 0}
    inrkit.train(videos(8, 8, 8), plugin="inrv", out="run", device="cpu", options=words)
    assert json.loads(Path("run/config.json").read_text())["data"]["source"] == str(tmp_path / "videos")
    Path("run/result.json").unlink()
    inrkit.train("./videos/", plugin="inrv", out="run", device="cpu", options=words, resume=True)
    Path("run/result.json").unlink()
    if change == "another video":
        videos(8, 8, 8, 8)
    elif change == "other pixels":
        (tmp_path / "videos" / "1.gif").write_bytes((tmp_path / "videos" / "2.gif").read_bytes())
    else:
        (tmp_path / "videos").rename(tmp_path / "moved")
    text = {"another video": "6 then, 8 now", "other pixels": "what they show has changed", "gone": "does not exist"}
    with pytest.raises(BadInput, match=text[change]) as refused:
        inrkit.train(plugin="inrv", out="run", resume=True)
    assert refused.value.exit_code == 2
