"""The examples are what their readers would make of them: installed by pip, found by inrkit, and at work."""

import json
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TINY = ["count=4", "held_out=0", "inr.width=8", "hypernetwork.width=8", "encoder.size=4", "train.batch=2"]
NOTEBOOK = json.loads((ROOT / "examples/from_videos_to_a_space.ipynb").read_text())["cells"]


def test_the_notebook_is_kept_without_outputs():
    code = [cell for cell in NOTEBOOK if cell["cell_type"] == "code"]
    assert [(cell["outputs"], cell["execution_count"]) for cell in code] == [([], None)] * len(code)


def test_the_notebook_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INRKIT_CACHE", str(tmp_path / "cache"))
    names = {}
    for number, cell in enumerate(NOTEBOOK):
        source = "".join(cell["source"]) if cell["cell_type"] == "code" else ""
        if "parameters" in cell["metadata"].get("tags", ()):
            source += "\nVIDEOS, STEPS, FIT = 4, 3, 3"
        exec(compile(source, f"cell {number}", "exec"), names)
    assert names["found"]["z"].shape == (1, 64)
    assert names["videos"].shape == (7, 25, 32, 32, 3)
    made = {path.name for path in (tmp_path / "first-space").glob("*.*")}
    assert made == {"large.mp4", "between.gif", "square.png"}


@pytest.mark.slow
@pytest.mark.skipif(find_spec("pip") is None, reason="there is no pip here")
def test_a_task_by_a_stranger(stranger, tmp_path):
    """Installed by pip without network, then called as a command."""
    example = ROOT / "examples/inrkit-colourise"
    offline = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check"]
    stranger("-m", "pip", "install", *offline, example)

    def inrkit(*words):
        return stranger("-c", "import sys; from inrkit.cli import main; sys.exit(main())", *words)

    small = [*(word for option in TINY for word in ("-o", option)), "--size", "8x8", "--frames", "5", "--steps", "10"]
    inrkit("train", "--plugin", "inrv", *small, "--device", "cpu", "--out", "run")
    inrkit("render", "run", "--clip", "0", "--out", "film.mp4")
    said = inrkit("colourise", "film.mp4", "--run", "run", "--steps", "5", "--out", "coloured")
    assert "grey video" in said
    assert (tmp_path / "coloured/film/sheet.png").is_file()
    stranger("-m", "pytest", "-q", "-p", "no:cacheprovider", example / "tests")
