"""Published data sets, on small look-alikes of their copies."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import inrkit
from inrkit import BadInput, Dataset
from inrkit.cli.app import app
from inrkit.discovery import load_registry
from inrkit.engine.plan import Request, make_plan
from inrkit.engine.reporter import Reporter
from inrkit.testing import check_dataset

COPIES = ["how2sign-faces", "rainbowjelly", "skytimelapse", "ucf101"]
SMALL = {"data.size": (10, 10), "data.holdout": None}


def planned(name, path, **options):
    layer = {"dataset.path": path, "data.size": (10, 10)} | {key.replace("_", ".", 1): v for key, v in options.items()}
    return make_plan(Request(plugin="inrv", source=name, device="cpu", layers=(layer,)), Reporter())


def test_a_copy_of_faces_is_cut_as_published(faces):
    made = planned("how2sign-faces", faces)
    assert made.config.data.clips == ["toy-0000.mp4@0", "toy-0001.mp4@0"], "one clip of each, and a share held out"
    assert made.config.data.clip_shape == (25, 10, 10) and made.config.data.options.fit == "squash"
    assert made.train.store.index.licence.endswith("for research purposes only.")
    assert "how2sign-faces: 3 training videos are here; the published list has 10,000." in made.config.data.notes


def test_a_list_will_do(faces, tmp_path):
    (tmp_path / "list.txt").write_text("faces/toy-0002.mp4\nfaces/toy-0000.mp4\n")
    made = planned("how2sign-faces", tmp_path / "list.txt", data_holdout=0)
    assert made.config.data.clips == ["toy-0002.mp4@0", "toy-0000.mp4@0"]


def test_what_the_user_asks_for_wins(faces):
    made = planned("how2sign-faces", faces, data_frames=10, data_per_video=2, data_fit="crop", data_holdout=0)
    assert len(made.train) == 6 and made.config.data.options.fit == "crop"


def test_a_published_number_of_videos_needs_no_note(faces, monkeypatch):
    monkeypatch.setattr(load_registry().get("dataset", "how2sign-faces"), "count", 3)
    assert not any("published" in note for note in planned("how2sign-faces", faces).config.data.notes)


@pytest.mark.parametrize("name", ["skytimelapse", "rainbowjelly"])
def test_the_columns_that_the_paper_takes(sky, name):
    made = planned(name, sky / "sky_train" if name == "rainbowjelly" else sky, data_holdout=0)
    frames = made.train.read(range(len(made.train)))
    assert frames.min() >= 99, "the dark columns are cut off"
    assert frames[0, 24].float().mean() == pytest.approx(124, abs=1)


def test_sky_holds_its_test_part_out_and_leaves_short_videos(sky):
    made = planned("skytimelapse", sky)
    assert [len(made.train), len(made.held_out)] == [1, 1]
    assert made.config.data.held_out == ["b_1@0"]
    assert "skytimelapse: 1 training videos are here; the published list has 1,803." in made.config.data.notes


def test_frames_of_another_size_are_refused_by_what_is_asked_of_them(faces):
    with pytest.raises(BadInput, match=r"frames of 32x32, in which the box 360x360\+0\+140 does not lie"):
        planned("rainbowjelly", faces)
    assert len(planned("rainbowjelly", faces, data_box="", data_holdout=0).train) == 3


@pytest.mark.parametrize(("split", "held"), [(1, 1), (2, 8), (3, 15)])
def test_ucf101_holds_out_the_groups_of_its_split(ucf, split, held):
    made = planned("ucf101", ucf, dataset_split=split)
    assert len(made.train) == 6
    assert sorted(made.config.data.held_out) == [f"{a}/v_{a}_g{held:02d}_c01.avi@0" for a in ("Archery", "YoYo")]
    assert any("inrkit's choice" in note for note in made.config.data.notes) and made.config.data.options.fit == "crop"


def test_ucf101_names_a_file_that_is_none_of_its_own(faces):
    with pytest.raises(BadInput, match=r"toy-0000.mp4 is not named as those of UCF-101"):
        planned("ucf101", faces)


@pytest.mark.parametrize("name", COPIES)
def test_without_a_copy_it_says_where_there_is_one(name, tmp_path):
    cls = load_registry().get("dataset", name)
    for words, text in ([], "-o dataset.path=FOLDER"), (["-o", "dataset.path=nowhere"], "at nowhere"):
        said = CliRunner().invoke(app, ["train", name, "-p", "inrv", "--out", str(tmp_path / "new"), *words])
        assert said.exit_code == 2 and said.stdout == ""
        assert name in said.stderr and text in said.stderr and " ".join(cls.origin.split()) in said.stderr
    assert not (tmp_path / "new").exists() and cls.licence


def test_they_keep_the_contract_of_datasets(faces, sky, ucf):
    copies = {"how2sign-faces": faces, "rainbowjelly": sky, "skytimelapse": sky, "ucf101": ucf}
    for name, path in copies.items():
        check_dataset(name, {"path": path})


def test_from_the_command_line_to_a_resumed_run(faces, tmp_path):
    words = ["train", "how2sign-faces", "-p", "inrv", "-o", f"dataset.path={faces}", "--size", "8", "--device", "cpu"]
    words += ["--out", str(tmp_path / "run"), "-o", "inr.width=8", "-o", "hypernetwork.width=8", "--steps", "2"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert "the published list has 10,000" in done.stderr
    assert CliRunner().invoke(app, [*words, "--resume"]).exit_code == 0
    config = json.loads(Path(tmp_path / "run/config.json").read_text())
    assert config["data"]["source"] == "how2sign-faces" and config["data"]["options"]["per_video"] == 1
    assert inrkit.load(tmp_path / "run").latents["z"].shape[0] == 2


def test_a_dataset_says_what_it_wants_of_the_clips_and_no_more():
    for name in COPIES:
        made = load_registry().get("dataset", name)()
        settings = made.settings(load_registry().options("dataset", name)())
        assert isinstance(made, Dataset) and all(key.startswith("data.") for key in settings)
        assert settings["data.frames"] == 25 and settings["data.per_video"] == 1
