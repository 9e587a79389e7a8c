"""The tutorial, done by a reader: every file that it shows is written, every command typed."""

import re
import shlex
from importlib.util import find_spec
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs/tutorial.md").read_text()
FILES = re.findall(r"```\{code-block\} \w+\n:caption: ([^\n]+)\n(.*?)```", PAGE, re.DOTALL)
STEPS = re.findall(r"```\{code-block\} \w+\n:caption: (.+)\n|^\$ (.+)$", PAGE, re.MULTILINE)

OFFLINE = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check"]
QUICK = "--size 8 -o dataset.count=4 -o held_out=0 -o train.batch=2 -o hypernetwork.width=8 --device cpu"
"""A training that takes a second: the tutorial's own takes a minute."""


def words_of(command: str) -> list[str]:
    """What the python of the reader's environment is given for a line of the tutorial."""
    program, *words = shlex.split(command)
    if program == "pip":
        words.remove("-e")  # for that hatchling needs a package which pip would fetch
        return ["-m", "pip", *words, *OFFLINE]
    if program == "python":
        return [*words, "-p", "no:cacheprovider"]
    assert program == "inrkit", command
    if words[0] == "train":
        words = ["2" if before == "--steps" else word for before, word in zip(["", *words], words, strict=False)]
        words += shlex.split(QUICK)
    if words[0] == "invert":
        words += ["--steps", "2"]
    return ["-c", "import sys; from inrkit.cli import main; sys.exit(main())", *words]


@pytest.mark.slow
@pytest.mark.skipif(find_spec("pip") is None, reason="there is no pip here")
def test_the_tutorial_works_as_it_is_written(stranger, tmp_path):
    folder = tmp_path / "blobs"
    contents, said = dict(FILES), {}
    for file, command in STEPS:
        if file:
            path = folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(contents[file])
        else:
            said[command] = stranger(*words_of(command), cwd=folder)
    assert re.search(r"blobs\W+.*ok", said["inrkit plugins"])
    assert "2 passed" in said["python -m pytest tests"]
    assert (folder / "results/clip/sheet.png").is_file()
    assert (folder / "runs/few-blobs/result.json").is_file()


def test_the_plugin_module_of_the_tutorial_is_light():
    assert "torch" not in dict(FILES)["src/inrkit_blobs/plugin.py"]
