"""Clips are prepared once, in the order of the videos, and found again without decoding."""

import hashlib
import json
import os
import pickle
import threading
import time

import av
import numpy as np
import pytest
import torch
from PIL import Image

from inrkit.errors import BadInput, InrkitError
from inrkit.video import ClipSettings, ClipStore, Video, cutting, open_frames, prepare_clips, shards
from inrkit.video.parallel import in_order

SETTINGS = ClipSettings(4, (24, 32))


@pytest.fixture
def files(tmp_path, pictures, lossless):
    """Five files of 8, 3, 9, 4 and 12 frames: 2, 0, 2, 1 and 3 clips."""
    lengths = enumerate((8, 3, 9, 4, 12))
    return [lossless(tmp_path / f"{i}.mkv", pictures(length) + np.uint8(i)) for i, length in lengths]


@pytest.fixture
def no_decoding(monkeypatch):
    def forbid():
        def refuse(*_args, **_options):
            raise AssertionError("a video was opened")

        monkeypatch.setattr(av, "open", refuse)

    return forbid


def _all(store):
    return store.read(range(len(store)))


def test_clips_are_the_frames_in_order(tmp_path, files, pictures):
    store = prepare_clips(files, SETTINGS, cache=tmp_path / "cache")
    assert store.clip_shape == (4, 24, 32, 3)
    places = [(clip.video, clip.start) for clip in store.clips]
    starts = {"0.mkv": (0, 4), "2.mkv": (0, 4), "3.mkv": (0,), "4.mkv": (0, 4, 8)}
    assert places == [(name, start) for name, some in starts.items() for start in some]
    assert store.clips[0].fps == 25
    for row, (name, start) in enumerate(places):
        expected = pictures(start + 4)[start:] + np.uint8(name[0])
        assert np.array_equal(store.read([row])[0].numpy(), expected)


def test_read_takes_rows_in_any_order(tmp_path, files):
    store = prepare_clips(files, SETTINGS, cache=tmp_path / "cache")
    everything = _all(store)
    assert everything.dtype == torch.uint8
    assert torch.equal(store.read([7, 0, 7]), everything[[7, 0, 7]])
    assert torch.equal(store.read(torch.tensor([3, 1])), everything[[3, 1]])
    assert store.read([]).shape == (0, 4, 24, 32, 3)
    for row in (-1, len(store)):
        with pytest.raises(IndexError):
            store.read([row])


def test_what_is_read_is_a_copy(tmp_path, files):
    store = prepare_clips(files, SETTINGS, cache=tmp_path / "cache")
    store.read([0]).zero_()
    assert store.read([0]).any()


def test_short_videos_are_skipped_with_the_reason(tmp_path, files):
    (skipped,) = prepare_clips(files, SETTINGS, cache=tmp_path / "cache").skipped
    assert skipped.video == "1.mkv"
    assert "3 frames" in skipped.reason and "shorter than 4 frames" in skipped.reason


def test_found_again_without_decoding(tmp_path, files, no_decoding):
    first = prepare_clips(files, SETTINGS, cache=tmp_path / "cache")
    no_decoding()
    again = prepare_clips(files, SETTINGS, cache=tmp_path / "cache")
    assert again.key == first.key
    assert (again.clips, again.skipped, again.settings) == (first.clips, first.skipped, SETTINGS)
    assert torch.equal(_all(again), _all(first))


def test_the_key_follows_all_that_matters(tmp_path, files):
    keys = [prepare_clips(files, SETTINGS, cache=tmp_path / "cache").key]
    keys.append(prepare_clips(files[::-1], SETTINGS, cache=tmp_path / "cache").key)
    keys.append(prepare_clips(files, ClipSettings(4, (24, 32), stride=1), cache=tmp_path / "cache").key)
    os.utime(files[2], ns=(1, 1))
    keys.append(prepare_clips(files, SETTINGS, cache=tmp_path / "cache").key)
    assert len(set(keys)) == 4


def test_a_new_frame_in_a_folder_is_a_new_key(tmp_path, pictures):
    (tmp_path / "video").mkdir()
    keys = []
    for i, frame in enumerate(pictures(6)):
        Image.fromarray(frame).save(tmp_path / "video" / f"{i}.png")
        if i >= 4:
            keys.append(prepare_clips([tmp_path / "video"], SETTINGS, cache=tmp_path / "cache").key)
    assert len(set(keys)) == 2


def test_videos_in_memory(tmp_path, pictures):
    frames = torch.from_numpy(pictures(9))
    videos = [Video(frames, 12.5, "first"), Video(frames + 1, 12.5)]
    store = prepare_clips(videos, SETTINGS, cache=tmp_path)
    assert torch.equal(_all(store)[2:], (frames + 1)[:8].reshape(2, 4, 24, 32, 3))
    assert [(clip.video, clip.fps) for clip in store.clips[1:3]] == [("first", 12.5), ("video-0001", 12.5)]
    assert prepare_clips(videos, SETTINGS, cache=tmp_path).key == store.key
    other = [videos[0]._replace(frames=frames.flip(0)), videos[1]]
    assert prepare_clips(other, SETTINGS, cache=tmp_path).key != store.key


def test_limit_takes_the_first_clips_and_leaves_the_rest(tmp_path, files):
    files[3].write_bytes(b"broken, and never looked at")
    seen = []
    settings = ClipSettings(4, (24, 32), limit=3)
    store = prepare_clips(files, settings, cache=tmp_path / "cache", progress=seen.append)
    assert seen[-1][:3] == (3, 5, 3)
    assert [(clip.video, clip.start) for clip in store.clips] == [("0.mkv", 0), ("0.mkv", 4), ("2.mkv", 0)]


def test_the_number_of_workers_changes_nothing(tmp_path, files):
    stores = [prepare_clips(files, SETTINGS, cache=tmp_path / f"{n}", workers=n) for n in (1, 2, 5)]
    assert stores[0].clips == stores[1].clips == stores[2].clips
    assert torch.equal(_all(stores[0]), _all(stores[1])) and torch.equal(_all(stores[0]), _all(stores[2]))


def test_many_shards(tmp_path, files, monkeypatch):
    whole = prepare_clips(files, SETTINGS, cache=tmp_path / "whole")
    monkeypatch.setattr(shards, "SHARD_BYTES", 3 * 4 * 24 * 32 * 3)
    parts = prepare_clips(files, SETTINGS, cache=tmp_path / "parts")
    assert sorted(path.name for path in parts.folder.glob("*.npy")) == [f"clips-0000{i}.npy" for i in range(3)]
    assert torch.equal(_all(parts), _all(whole))
    assert torch.equal(parts.read([7, 2, 3]), whole.read([7, 2, 3]))


def test_progress(tmp_path, files):
    seen = []
    prepare_clips(files, SETTINGS, cache=tmp_path / "cache", progress=seen.append)
    after_videos = [now[:3] for i, now in enumerate(seen) if now.done and seen[i - 1].done < now.done]
    assert after_videos == [(1, 5, 2), (2, 5, 2), (3, 5, 4), (4, 5, 5), (5, 5, 8)]
    shares = [now.share for now in seen]
    assert shares == sorted(shares) and shares[-1] == 1


def test_the_cache_is_where_the_environment_says(tmp_path, files, monkeypatch):
    monkeypatch.setenv("INRKIT_CACHE", str(tmp_path / "there"))
    store = prepare_clips(files, SETTINGS)
    assert store.folder == tmp_path / "there" / "clips" / "v2" / store.key


def _break(*files):
    for path in files:
        path.write_bytes(b"broken" * 100)


def test_all_broken_files_are_named(tmp_path, files):
    _break(files[1], files[2])
    with pytest.raises(BadInput) as error:
        prepare_clips([*files, tmp_path / "gone.mp4"], SETTINGS, cache=tmp_path / "cache")
    message = error.value.message
    assert message.startswith("3 videos cannot be used:")
    assert "1.mkv cannot be decoded" in message and "2.mkv cannot" in message and "gone.mp4 does not" in message
    assert "--skip-bad" in error.value.hint


def test_broken_files_are_left_out_on_demand_without_decoding_the_others_again(tmp_path, files, no_decoding):
    _break(files[2])
    with pytest.raises(BadInput, match=r"2\.mkv cannot be decoded"):
        prepare_clips(files, SETTINGS, cache=tmp_path / "cache")
    no_decoding()
    store = prepare_clips(files, SETTINGS, cache=tmp_path / "cache", skip_bad=True)
    assert [clip.video for clip in store.clips] == ["0.mkv"] * 2 + ["3.mkv"] + ["4.mkv"] * 3
    assert [each.video for each in store.skipped] == ["1.mkv", "2.mkv"]
    assert "cannot be decoded" in store.skipped[1].reason
    with pytest.raises(BadInput, match=r"2\.mkv cannot be decoded"):
        prepare_clips(files, SETTINGS, cache=tmp_path / "cache")


def test_a_video_that_breaks_off_in_the_middle_gives_nothing(tmp_path, files, pictures):
    (tmp_path / "frames").mkdir()
    for i, frame in enumerate(pictures(6)):
        Image.fromarray(frame).save(tmp_path / "frames" / f"{i}.png")
    (tmp_path / "frames" / "5.png").write_bytes(b"broken")
    store = prepare_clips([files[0], tmp_path / "frames", files[3]], SETTINGS, cache=tmp_path / "c", skip_bad=True)
    assert [(clip.video, clip.start) for clip in store.clips] == [("0.mkv", 0), ("0.mkv", 4), ("3.mkv", 0)]
    assert np.array_equal(store.read([2])[0].numpy(), pictures(4) + np.uint8(3))


def test_only_broken_files_leave_nothing(tmp_path, files):
    _break(files[2])
    for skip in (True, False):
        with pytest.raises(BadInput, match=r"2\.mkv cannot be decoded"):
            prepare_clips(files[2:3], SETTINGS, cache=tmp_path / "cache", skip_bad=skip)
    assert list((tmp_path / "cache" / "clips" / "v2").iterdir()) == []


@pytest.mark.parametrize("at", [0, 2, 3])
def test_a_killed_preparation_goes_on_where_it_was(tmp_path, files, monkeypatch, fork, at):
    """Killed for good, after some clips of the video `at`; its last bytes may be cut, as in a crash."""
    monkeypatch.setattr(shards, "SHARD_BYTES", 3 * 4 * 24 * 32 * 3)
    whole = prepare_clips(files, SETTINGS, cache=tmp_path / "whole")

    def kill(now):
        if now.done == at and now.clips > sum((2, 0, 2, 1)[:at]):
            os._exit(9)

    child = fork(lambda: prepare_clips(files, SETTINGS, cache=tmp_path / "cache", progress=kill) and 0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    decoded = []
    monkeypatch.setattr(cutting, "open_frames", lambda video, **how: decoded.append(video) or open_frames(video, **how))
    again = prepare_clips(files, SETTINGS, cache=tmp_path / "cache", workers=1)
    assert decoded == files[at:]
    assert torch.equal(_all(again), _all(whole))
    assert again.clips == whole.clips
    assert [path.name for path in again.folder.parent.iterdir()] == [again.key]


@pytest.mark.parametrize("lost", ["half a line", "a shard", "bytes"])
def test_what_a_crash_has_eaten_is_made_again(tmp_path, files, lost):
    whole = prepare_clips(files, SETTINGS, cache=tmp_path / "whole")

    def interrupt(now):
        if now.done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare_clips(files, SETTINGS, cache=tmp_path / "cache", progress=interrupt)
    (part,) = (tmp_path / "cache" / "clips" / "v2").glob(".*.part")
    if lost == "half a line":
        journal = part / "journal.jsonl"
        journal.write_text(journal.read_text()[:-40])
    elif lost == "a shard":
        (part / "clips-00000.npy").unlink()
    else:
        os.truncate(part / "clips-00000.npy", 2 * 4 * 24 * 32 * 3 + 500)
    assert torch.equal(_all(prepare_clips(files, SETTINGS, cache=tmp_path / "cache")), _all(whole))


def test_processes_that_prepare_the_same(tmp_path, files, fork):
    """One works, the others wait and take what it made."""

    def prepare():
        waited = []
        how = {"progress": lambda _: time.sleep(0.05), "waiting": lambda: waited.append(1)}
        store = prepare_clips(files, SETTINGS, cache=tmp_path / "c", **how)
        return 10 * len(waited) + (len(store) == 8)

    children = [fork(prepare) for _ in range(3)]
    codes = sorted(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children)
    assert codes == [1, 11, 11]
    store = prepare_clips(files, SETTINGS, cache=tmp_path / "c")
    assert [path.name for path in store.folder.parent.iterdir()] == [store.key]


def test_the_manifest_says_where_each_clip_comes_from(tmp_path, files):
    store = prepare_clips(files, SETTINGS, cache=tmp_path / "cache", licence="CC BY 4.0")
    index = json.loads((store.folder / "index.json").read_text())
    video = index["videos"][2]
    assert index["licence"] == "CC BY 4.0" and index["settings"]["frames"] == 4 and index["made"]
    assert (video["name"], video["path"], video["starts"]) == ("2.mkv", str(files[2]), [0, 4])
    assert video["sha256"] == hashlib.sha256(files[2].read_bytes()).hexdigest()
    assert (video["fps"], video["frames"], video["size"]) == (25, 9, [24, 32])
    assert "3 frames are shorter" in index["videos"][1]["rejected"]


def test_enlarging_is_said(tmp_path, files):
    assert not [line for line in prepare_clips(files, SETTINGS, cache=tmp_path).warnings() if "enlarged" in line]
    larger = ClipSettings(4, (48, 48))
    (line,) = [line for line in prepare_clips(files, larger, cache=tmp_path).warnings() if "enlarged" in line]
    assert line.startswith("4 of 5 videos are smaller than 48x48")


def test_no_clip_says_how_long_the_longest_is(tmp_path, files):
    with pytest.raises(BadInput, match="5 videos were found, and the longest has 12 frames") as error:
        prepare_clips(files, ClipSettings(25, (8, 8)), cache=tmp_path / "cache")
    assert "--frames" in error.value.hint


def test_no_videos(tmp_path):
    with pytest.raises(BadInput, match="no videos"):
        prepare_clips([], SETTINGS, cache=tmp_path)


def test_a_cache_that_cannot_be_written(tmp_path, files):
    (tmp_path / "cache").write_text("a file where a folder should be")
    with pytest.raises(InrkitError, match="cannot be written"):
        prepare_clips(files, SETTINGS, cache=tmp_path / "cache")


def _cut_short(folder):
    shard = folder / "clips-00000.npy"
    shard.write_bytes(shard.read_bytes()[:-1])


def _other_type(folder):
    np.save(folder / "clips-00000.npy", np.zeros((8, 4, 24, 32, 3), np.float32))


def _pickled(folder):
    np.save(folder / "clips-00000.npy", np.array([print], object), allow_pickle=True)


def _one_clip_less(folder):
    index = json.loads((folder / "index.json").read_text())
    index["videos"][0]["starts"].pop()
    (folder / "index.json").write_text(json.dumps(index))


def _half_an_index(folder):
    (folder / "index.json").write_text((folder / "index.json").read_text()[:100])


def _no_shard(folder):
    (folder / "clips-00000.npy").unlink()


def _no_index(folder):
    (folder / "index.json").unlink()


@pytest.mark.parametrize(
    "damage", [_cut_short, _other_type, _pickled, _one_clip_less, _half_an_index, _no_shard, _no_index]
)
def test_a_damaged_store_is_refused(tmp_path, files, damage):
    store = prepare_clips(files, SETTINGS, cache=tmp_path / "cache")
    damage(store.folder)
    with pytest.raises(BadInput, match="is no whole clip store") as error:
        ClipStore.open(store.folder)
    assert "Delete" in error.value.hint
    assert "\n" not in str(error.value)


def test_a_store_goes_to_another_process_as_its_folder(tmp_path, files):
    store = prepare_clips(files, SETTINGS, cache=tmp_path / "cache")
    parcel = pickle.dumps(store)
    assert len(parcel) < 1000
    assert torch.equal(_all(pickle.loads(parcel)), _all(store))


def test_jobs_wait_for_their_results_to_be_used():
    made = []

    def job(name):
        for i in range(50):
            made.append(name)
            yield i

    feeds = in_order([lambda name=name: job(name) for name in "abcd"], workers=2, waiting=3)
    next(next(feeds))
    time.sleep(0.3)
    assert made.count("a") <= 6 and made.count("b") <= 4
    assert "c" not in made
    feeds.close()
    assert not [thread for thread in threading.enumerate() if "ThreadPool" in thread.name]


def test_results_come_in_the_order_of_the_jobs():
    def job(i):
        time.sleep(0.02 * (3 - i))
        yield from range(i)

    feeds = in_order([lambda i=i: job(i) for i in range(4)], workers=4, waiting=1)
    assert [list(feed) for feed in feeds] == [[], [0], [0, 1], [0, 1, 2]]
