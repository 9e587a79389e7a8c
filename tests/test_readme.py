"""What README shows is true."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()


@pytest.mark.slow
def test_the_python_example_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INRKIT_CACHE", str(tmp_path / "cache"))
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(code.strip().splitlines()) <= 10
    exec(compile(code, "README.md", "exec"), {})
    import inrkit

    frames = inrkit.read_video(tmp_path / "between.mp4").frames
    assert frames.shape == (50, 128, 128, 3)
    assert frames.float().std() > 5  # a picture, not a flat colour


def test_files_that_it_names_exist():
    for target in re.findall(r"\]\((?!http)([^)]+)\)", README):
        assert (ROOT / target).is_file(), target


def test_make_targets_that_it_names_exist():
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    named = re.findall(r"^ +make (\w+)", README, re.MULTILINE)
    assert named
    assert set(named) <= set(targets)
