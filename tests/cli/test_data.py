"""`inrkit data`, as it is typed."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from inrkit.video import toy_videos, write_video


@pytest.fixture
def films(clean, tmp_path, monkeypatch):
    """Three videos of 13, 6 and 4 frames, 24x32, and a cache of their own: the folder."""
    monkeypatch.setenv("INRKIT_CACHE", str(tmp_path / "cache"))
    for name, frames in (("a", 13), ("b", 6), ("c", 4)):
        write_video(tmp_path / "films" / f"{name}.mkv", toy_videos(1, frames, (24, 32))[0].frames)
    return tmp_path / "films"


@pytest.fixture
def prepare(cli, films):
    """``prepare("--stride", 2)``: outcome of a preparation of the videos."""
    return lambda *words, source=films: cli("data", "prepare", source, "--frames", "4", "--size", "8", *words)


def _stores():
    folder = Path(os.environ["INRKIT_CACHE"]) / "clips"
    return sorted(folder.glob("v*/*")) if folder.is_dir() else []


def test_prepare_then_find_again(prepare, films):
    outcome = prepare()
    assert outcome.exit_code == 0, outcome.output
    assert "5 of 4x8x8 from 3 videos" in outcome.stdout
    assert f"inrkit train {films} --frames 4 --size 8x8" in outcome.stdout
    (store,) = _stores()
    before = store.stat().st_mtime_ns
    assert prepare().exit_code == 0
    assert _stores() == [store] and store.stat().st_mtime_ns == before


def test_train_uses_what_was_prepared(prepare, films, cli, monkeypatch):
    assert prepare("--fps", "12.5").exit_code == 0
    (store,) = _stores()
    words = ["-o", "inr.width=8", "-o", "hypernetwork.width=8", "-o", "encoder.size=4", "--steps", "1", "--dry-run"]
    how = ["--frames", "4", "--size", "8x8", "--fps", "12.5", "--device", "cpu"]
    outcome = cli("train", films, "--plugin", "inrv", *how, *words)
    assert outcome.exit_code == 0, outcome.output
    assert _stores() == [store]


def test_json_is_the_manifest(prepare, films):
    facts = json.loads(prepare("--licence", "mine", "--json").stdout)
    assert (facts["clips"], facts["licence"], facts["settings"]["size"]) == (5, "mine", [8, 8])
    assert [(video["name"], video["starts"]) for video in facts["videos"]] == [
        ("a.mkv", [0, 4, 8]),
        ("b.mkv", [0]),
        ("c.mkv", [0]),
    ]
    assert facts["videos"][0]["path"] == str(films / "a.mkv") and len(facts["videos"][0]["sha256"]) == 64


def test_a_sheet_shows_the_clips(prepare, cli, tmp_path):
    assert prepare("--sheet", tmp_path / "deep" / "clips.png").exit_code == 0
    sheet = np.array(Image.open(tmp_path / "deep" / "clips.png"))
    assert sheet.ndim == 3 and sheet.shape[0] > 5 * 64
    (store,) = _stores()
    assert cli("data", "info", store.name[:6], "--sheet", "again.png").exit_code == 0
    assert np.array_equal(np.array(Image.open("again.png")), sheet)


def test_a_box_and_cuts(prepare, films):
    halves = torch.cat([torch.zeros(7, 24, 32, 3).byte(), torch.full((7, 24, 32, 3), 250).byte()])
    write_video(films / "b.mkv", halves)
    facts = json.loads(prepare("--box", "16x16+4+8", "--avoid-cuts", "--json").stdout)
    assert facts["videos"][1]["starts"] == [0, 7]
    outcome = prepare("--box", "16x16+10+8")
    assert outcome.exit_code == 2 and "3 videos cannot be used" in outcome.stderr
    assert "box 16x16+10+8 does not lie" in outcome.stderr
    assert prepare("--box", "16").exit_code == 2


def test_all_that_is_bad_is_named_or_left_out(prepare, films):
    (films / "b.mkv").write_bytes(b"broken" * 99)
    (films / "list.txt").write_text("a.mkv\nb.mkv\ngone.mkv\n# c\nc.mkv\n")
    outcome = prepare(source=films / "list.txt")
    assert outcome.exit_code == 2
    assert "2 videos cannot be used" in outcome.stderr and "--skip-bad" in outcome.stderr
    assert "b.mkv cannot be decoded" in outcome.stderr and "gone.mkv (line 3 of" in outcome.stderr
    outcome = prepare("--skip-bad", source=films / "list.txt")
    assert outcome.exit_code == 0, outcome.output
    assert "4 of 4x8x8 from 2 videos" in outcome.stdout and "--skip-bad" in outcome.stdout
    assert outcome.stderr.count("Left out") == 2


def test_a_zip_that_is_bad_among_videos(prepare, films):
    (films / "b.zip").write_bytes(b"no zip")
    outcome = prepare()
    assert outcome.exit_code == 2 and "b.zip is no zip file" in outcome.stderr and "--skip-bad" in outcome.stderr
    outcome = prepare("--skip-bad")
    assert outcome.exit_code == 0 and "from 3 videos" in outcome.stdout
    assert outcome.stderr.count("Left out") == 1


def test_only_a_bad_zip(prepare, films):
    for path in films.iterdir():
        path.unlink()
    (films / "b.zip").write_bytes(b"no zip")
    for words in ([], ["--skip-bad"]):
        outcome = prepare(*words)
        assert outcome.exit_code == 2 and "b.zip is no zip file" in outcome.stderr


def test_only_bad_ones(prepare, films):
    for path in films.iterdir():
        path.write_bytes(b"broken" * 99)
    outcome = prepare("--skip-bad")
    assert outcome.exit_code == 2 and "3 videos cannot be used" in outcome.stderr


def test_a_damaged_video_gives_what_it_can_with_one_warning(prepare, films):
    path = films / "a.mkv"
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    outcome = prepare("--json")
    assert outcome.exit_code == 0
    (line,) = [line for line in outcome.stderr.splitlines() if "damaged" in line]
    assert line.startswith("warning: ") and "of about 13 frames could be decoded" in line
    assert 1 <= len(json.loads(outcome.stdout)["videos"][0]["starts"]) < 3


def test_too_short_after_damage(prepare, films):
    path = films / "c.mkv"
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    outcome = prepare(source=path)
    assert outcome.exit_code == 2
    assert "no clip of 4 frames" in outcome.stderr and "of about 4 frames could be decoded" in outcome.stderr


def test_info_lists_and_shows(prepare, cli):
    assert cli("data", "info").stdout.strip() == "No clips are kept."
    assert json.loads(cli("data", "info", "--json").stdout) == []
    prepare()
    prepare("--stride", "1")
    names = [store.name for store in _stores()]
    outcome = cli("data", "info")
    assert all(name[:12] in outcome.stdout for name in names)
    assert {each["key"] for each in json.loads(cli("data", "info", "--json").stdout)} == set(names)
    outcome = cli("data", "info", names[0][:8])
    assert outcome.exit_code == 0 and "a.mkv" in outcome.stdout
    outcome = cli("data", "info", "nothing")
    assert outcome.exit_code == 2 and "there is no store 'nothing'" in outcome.stderr


def test_clean_takes_leftovers_and_what_is_named(prepare, cli):
    prepare()
    prepare("--stride", "1")
    one, other = _stores()
    part, older, damaged = one.parent / ".abc.part", one.parent.parent / "v1", one.parent / "damaged"
    for folder in (part, older / "x", damaged):
        folder.mkdir(parents=True)
        (folder / "clips-00000.npy").write_bytes(bytes(1000))
    outcome = cli("data", "clean", "--dry-run")
    assert outcome.stdout.count("would remove") == 3 and part.exists()
    outcome = cli("data", "clean", "--json")
    assert {each["folder"] for each in json.loads(outcome.stdout)["removed"]} == {str(part), str(older), str(damaged)}
    assert _stores() == [one, other]
    assert cli("data", "clean", one.name[:10]).exit_code == 0
    assert _stores() == [other]
    assert cli("data", "clean", "--all").exit_code == 0
    assert _stores() == []
    assert "Nothing to remove" in cli("data", "clean").stdout
    assert cli("data", "clean", "nothing").exit_code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--frames", "0"], "Invalid value"),
        (["--size", "big"], "'big' is no size"),
        (["--fit", "stretch"], "'stretch' is no way to fit"),
        (["--fps", "nan"], "nan frames a second"),
        (["--fps", "0"], "0.0 frames a second"),
        (["--stride", "x"], "Invalid value"),
        (["--workers", "0"], "Invalid value"),
    ],
)
def test_wrong_values(prepare, words, said):
    outcome = prepare(*words)
    assert outcome.exit_code == 2 and said in outcome.stderr


def test_help_loads_nothing_heavy():
    import subprocess
    import sys

    code = (
        "import sys; sys.argv = ['inrkit', 'data', '--help']\n"
        "from inrkit.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "assert not {'torch', 'av', 'numpy'} & set(sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0
