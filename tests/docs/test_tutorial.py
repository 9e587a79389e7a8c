"""The tutorial, done by a reader: every file that it shows is written, every command typed."""

import os
import re
import shlex
import subprocess
import sys
import sysconfig
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


@pytest.fixture
def reader(tmp_path):
    """An environment of the reader's own, in which everything that is installed here can be imported."""
    home = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    scheme = sysconfig.get_preferred_scheme("prefix")
    packages = sysconfig.get_path("purelib", scheme, {"base": str(home), "platbase": str(home)})
    Path(packages, "here.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("INRKIT_")}
    environ |= {"INRKIT_CACHE": str(tmp_path / "cache"), "OMP_NUM_THREADS": "1"}

    def type_it(command, folder):
        done = subprocess.run(
            [home / "bin/python", *words_of(command)], cwd=folder, env=environ, capture_output=True, text=True
        )
        assert done.returncode == 0, f"$ {command}\n{done.stdout}{done.stderr}"
        return done.stdout

    return type_it


@pytest.mark.slow
@pytest.mark.skipif(find_spec("pip") is None, reason="there is no pip here")
def test_the_tutorial_works_as_it_is_written(reader, tmp_path):
    folder = tmp_path / "blobs"
    contents, said = dict(FILES), {}
    for file, command in STEPS:
        if file:
            path = folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(contents[file])
        else:
            said[command] = reader(command, folder)
    assert re.search(r"blobs\W+.*ok", said["inrkit plugins"])
    assert "2 passed" in said["python -m pytest tests"]
    assert (folder / "results/clip/sheet.png").is_file()
    assert (folder / "runs/few-blobs/result.json").is_file()


def test_the_plugin_module_of_the_tutorial_is_light():
    assert "torch" not in dict(FILES)["src/inrkit_blobs/plugin.py"]
