"""The examples are what their readers would make of them: installed by pip, found by inrkit, and at work."""

from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TINY = ["count=4", "held_out=0", "inr.width=8", "hypernetwork.width=8", "encoder.size=4", "train.batch=2"]


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
