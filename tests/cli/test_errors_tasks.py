"""Bad input of tasks and of spaces: the rows of docs/errors.md, one message each, nothing written."""

import pytest
import torch

from inrkit import write_video
from inrkit.video import write_png

FILM, SMALL = "film.mkv", "small.mkv"
"""Videos of 8 frames, of 16x16 and of 4x4; clips of the run are 5x8x8."""

TASKS = {
    "a mask of another size": f"inpaint {FILM} --mask large.png",
    "a mask of another length": f"inpaint {FILM} --mask few.mkv",
    "a mask that hides nothing": f"inpaint {FILM} --mask black.png",
    "a mask that hides everything": f"inpaint {FILM} --mask white.png",
    "a mask that is not there": f"inpaint {FILM} --mask gone.png",
    "a mask that is no picture": f"inpaint {FILM} --mask text.png",
    "a box outside of the frame": f"inpaint {FILM} --box 0,0,8,17",
    "a box that is empty": f"inpaint {FILM} --box 4,4,4,9",
    "a box of three numbers": f"inpaint {FILM} --box 4,4,4",
    "a box that hides everything": f"inpaint {FILM} --box 0,0,16,16",
    "a half and a box": f"inpaint {FILM} --keep left --box 0,0,4,4",
    "a frame that a clip does not have": f"interpolate-frames {FILM} --observed 0,5",
    "frames without any between": f"interpolate-frames {FILM} --observed 0,0",
    "two ways to say which frames": f"interpolate-frames {FILM} --every 2 --factor 2",
    "a factor of 1": f"interpolate-frames {FILM} --factor 1",
    "new frames, as published": f"interpolate-frames {FILM} --factor 2 --paper",
    "a --low larger than the video": f"superresolve {SMALL} --low 6",
    "a --low larger than the clips": f"superresolve {FILM} --low 12",
    "a --low of 0": f"superresolve {FILM} --low 0",
    "a video as large as the clips, without --low": f"superresolve {FILM}",
    "no size of a result": f"superresolve {SMALL} --size big",
    "an immense size of a result": f"superresolve {SMALL} --size 90000",
    "a network's flag without --direct": f"invert {FILM} --size 8",
    "a video shorter than a clip": "invert short.mkv",
    "a moment after its end": f"predict {FILM} --at 9",
    "a file in the way": f"invert {FILM} --out text.png",
}

SPACES = {
    "a clip that is not there": "interpolate 0 4",
    "latents of another run": "interpolate 0 other.safetensors",
    "a file that holds no latents": "interpolate 0 text.safetensors",
    "an end that is not there": "interpolate 0 gone.mp4",
    "three ends": "interpolate 0 1 2",
    "one step": "interpolate 0 1 --steps 1",
    "no sample": "sample -n 0",
    "an unknown sampler": "sample --sampler slrp",
    "more components than clips": "sample --sampler gmm -o components=5",
    "more samples than can be shown": "sample -n 100000000",
    "an export of no run": "export empty --out space",
    "an export in the way": "export RUN --out full",
    "an export of a step that is not there": "export RUN --out space --checkpoint 3",
    "a comparison with no run": "compare RUN empty",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What the cases name. None of them changes it."""
    path = tmp_path_factory.mktemp("bad")
    noise = torch.randint(0, 256, (8, 16, 16, 3), generator=torch.Generator().manual_seed(0)).to(torch.uint8)
    write_video(path / FILM, noise, 12.5)
    write_video(path / SMALL, noise[:, :4, :4], 12.5)
    write_video(path / "short.mkv", noise[:3], 12.5)
    write_video(path / "few.mkv", noise[:7], 12.5)
    for name, height, grey in (("black", 16, 0), ("white", 16, 255), ("large", 17, 255)):
        write_png(path / f"{name}.png", torch.full((height, 16, 3), grey, dtype=torch.uint8))
    for name in ("text.png", "text.safetensors"):
        (path / name).write_text("nothing of the kind")
    for name in ("empty", "full"):
        (path / name).mkdir()
    (path / "full" / "mine.txt").write_text("mine")
    return path


@pytest.fixture
def here(cli, folder, monkeypatch):
    """That folder, as the current one."""
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def foreign(here, cli, train):
    """Latents that were drawn in another run: other.safetensors."""
    assert train("--out", "other", "--seed", "7").exit_code == 0
    assert cli("sample", "--run", "other", "-n", "2").exit_code == 0
    (here / "results/sample/latents.safetensors").rename(here / "other.safetensors")


def is_refused(outcome, code, parts):
    assert outcome.exit_code == code, outcome.output
    assert outcome.exception is None or isinstance(outcome.exception, SystemExit)
    assert outcome.stdout == "" and "Traceback" not in outcome.stderr
    message = outcome.stderr[outcome.stderr.index("error: ") :].rstrip("\n").splitlines()
    assert outcome.stderr.count("error: ") == 1 and len(message) <= 2, outcome.stderr
    for part in parts:
        assert part in outcome.stderr, outcome.stderr


@pytest.mark.parametrize("case", TASKS)
def test_bad_input_of_tasks(cli, here, _trained, rows, case):
    before = sorted(here.rglob("*"))
    code, parts = rows("Tasks")[case]
    is_refused(cli(*TASKS[case].split(), "--run", _trained, "--steps", "1", "--device", "cpu"), code, parts)
    assert sorted(here.rglob("*")) == before


@pytest.mark.parametrize("case", SPACES)
def test_bad_input_of_spaces(cli, here, _trained, rows, request, case):
    if "other.safetensors" in SPACES[case]:
        request.getfixturevalue("foreign")
    before = sorted(here.rglob("*"))
    code, parts = rows("Spaces")[case]
    words = SPACES[case].replace("RUN", str(_trained)).split()
    named = [] if words[0] in ("export", "compare") else ["--run", _trained]
    is_refused(cli(*words, *named), code, parts)
    assert sorted(here.rglob("*")) == before


def test_every_row_has_its_test(rows):
    assert set(rows("Tasks")) == set(TASKS)
    assert set(rows("Spaces")) == set(SPACES)
