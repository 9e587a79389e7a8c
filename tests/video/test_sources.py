"""Videos are found wherever people keep them, in the order people expect."""

import pytest

from inrkit.errors import BadInput
from inrkit.video import find_videos


def _touch(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def _found(folder, source=None):
    return [path.relative_to(folder).as_posix() for path in find_videos(source or folder)]


def test_a_file_is_itself(tmp_path):
    _touch(tmp_path, "film.xyz")
    assert find_videos(str(tmp_path / "film.xyz")) == [tmp_path / "film.xyz"]


def test_a_folder_of_images_is_one_video(tmp_path):
    _touch(tmp_path, "1.png", "2.PNG", "times.csv")
    assert find_videos(tmp_path) == [tmp_path]


def test_a_directory_is_searched_in_natural_order(tmp_path):
    _touch(tmp_path, "clip10.mp4", "clip2.mp4", "b/frames/1.jpg", "b/a.gif", "Clip1.MKV", "readme.md")
    assert _found(tmp_path) == ["b/a.gif", "b/frames", "Clip1.MKV", "clip2.mp4", "clip10.mp4"]


def test_hidden_ones_are_left_out(tmp_path):
    _touch(tmp_path, "a.mp4", ".b.mp4", ".cache/c.mp4")
    assert _found(tmp_path) == ["a.mp4"]


def test_a_preview_beside_folders_is_no_video(tmp_path):
    _touch(tmp_path, "preview.png", "train/a.mp4")
    assert _found(tmp_path) == ["train/a.mp4"]


def test_links_that_go_round_in_circles(tmp_path):
    _touch(tmp_path, "a/a.mp4")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    assert _found(tmp_path) == ["a/a.mp4"]


def test_a_list(tmp_path):
    _touch(tmp_path, "films/my cat.mp4", "films/b.mp4", "frames/1.png")
    (tmp_path / "train.txt").write_text("# mine\n\nfilms/my cat.mp4\n  frames  \r\nfilms\n")
    found = ["films/my cat.mp4", "frames", "films/b.mp4", "films/my cat.mp4"]
    assert _found(tmp_path, tmp_path / "train.txt") == found


def test_a_list_names_the_line_that_is_wrong(tmp_path):
    _touch(tmp_path, "a.mp4")
    (tmp_path / "train.txt").write_text("a.mp4\n\nb.mp4\n")
    with pytest.raises(BadInput, match=r"b\.mp4 \(line 3 of .*train\.txt\) does not exist"):
        find_videos(tmp_path / "train.txt")


@pytest.mark.parametrize("text", ["", "# nothing yet\n"])
def test_an_empty_list(tmp_path, text):
    (tmp_path / "train.txt").write_text(text)
    with pytest.raises(BadInput, match="names no video"):
        find_videos(tmp_path / "train.txt")


def test_nothing_found(tmp_path):
    _touch(tmp_path, "readme.md")
    with pytest.raises(BadInput, match="holds no video") as error:
        find_videos(tmp_path)
    assert error.value.hint


def test_missing(tmp_path):
    with pytest.raises(BadInput, match="gone does not exist"):
        find_videos(tmp_path / "gone")
