"""`inrkit plugins new`: what it writes is a whole plugin, and where it cannot, nothing is written."""

import os
import pty
import subprocess
import sys
import sysconfig
import tomllib
import venv
from pathlib import Path

import pytest

from inrkit import discovery
from inrkit.templates.kinds import KINDS
from inrkit.testing.plugin import CHECKS

HERE = Path(sysconfig.get_path("purelib"))
ROOT = Path(__file__).parents[2]


@pytest.fixture
def new(cli):
    """Write a plugin: ``new("my-siren", "inr")``."""
    return lambda name, kind, *words: cli("plugins", "new", name, "--kind", kind, *words)


def written(folder):
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_there_is_a_template_of_every_kind():
    assert list(KINDS) != []
    assert KINDS.keys() == CHECKS.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_distribution_is_written(new, tmp_path, kind):
    done = new("inrkit-odd-one", kind)
    assert done.exit_code == 0, done.stderr
    files = written(tmp_path / "inrkit-odd-one")
    package = "src/inrkit_odd_one"
    modules = [f"{package}/{name}.py" for name in ("__init__", "plugin", "options", kind)]
    tests = ["tests/conftest.py", "tests/test_inrkit_odd_one.py"]
    assert files.keys() == {*modules, *tests, f"{package}/py.typed", "pyproject.toml", "README.md", ".gitignore"}
    assert not [path for path, text in files.items() if "$" in text]
    for path in (*modules, *tests):
        compile(files[path], path, "exec")
    project = tomllib.loads(files["pyproject.toml"])["project"]
    assert project["name"] == "inrkit-odd-one"
    assert project["dependencies"][0] == "inrkit>=0.1,<0.2"
    assert project["entry-points"] == {"inrkit": {"odd-one": "inrkit_odd_one.plugin"}}
    assert all(words in files["README.md"] for words in ("# inrkit-odd-one", f"{package}/{kind}.py", "pytest"))


def test_what_to_do_next_is_said_as_it_can_be_typed(new, tmp_path):
    done = new("my-siren", "inr", "--out", "my work/siren")
    steps = done.stdout.partition("Next:\n")[2].splitlines()
    assert [step.strip() for step in steps[:-1]] == [
        "cd 'my work/siren'",
        'pip install -e ".[test]"',
        "inrkit plugins check my-siren",
        "pytest",
        "inrkit train --plugin inrv --inr my-siren",
    ]
    assert (tmp_path / "my work/siren/src/my_siren/inr.py").is_file()
    assert "src/my_siren/inr.py" in steps[-1]


@pytest.mark.parametrize(
    ("name", "kind", "reason"),
    [
        ("My_Siren", "inr", "Try 'my-siren'"),
        ("3d", "inr", "a letter first"),
        ("a--b", "inr", "Try 'a-b'"),
        ("inrkit-3d", "inr", "after 'inrkit-' comes a letter"),
        ("../up", "inr", "Try 'up'"),
        ("torch", "inr", "a module that Python finds already"),
        ("json", "inr", "a module that Python finds already"),
        ("class", "inr", "a word of Python itself"),
        ("tensor", "metric", "the class Tensor"),
        ("encoder", "encoder", "the class Encoder"),
        ("base-model", "task", "the class BaseModel"),
        ("inrv", "inr", "there is a plugin inrv (inrkit-inrv 0.1.0) already"),
        ("psnr", "metric", "metric 'psnr' is there already, in inrkit"),
        ("inrkit-nerf-mlp", "inr", "inr 'nerf-mlp' is there already, in inrkit-inrv"),
        ("train", "task", "'inrkit train' is a command"),
        ("inrkit-data", "task", "'inrkit data' is a command"),
        ("my-siren", "in", "Did you mean 'inr'?"),
    ],
)
def test_a_name_that_will_not_do_is_refused(new, tmp_path, name, kind, reason):
    done = new(name, kind)
    assert (done.exit_code, done.stdout) == (2, "")
    assert reason in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_name_of_another_kind_is_free(new):
    assert new("inrkit-train", "inr").exit_code == 0
    assert new("inrkit-psnr", "dataset").exit_code == 0


@pytest.mark.parametrize("words", [(), ("--one-file",)])
def test_what_is_there_is_left_alone(new, tmp_path, words):
    mine = tmp_path / ("my_siren.py" if words else "my-siren")
    mine.write_text("mine")
    done = new("my-siren", "inr", *words)
    assert done.exit_code == 2
    assert f"{mine.name} is there already" in done.stderr
    assert written(tmp_path) == {mine.name: "mine"}


def test_nothing_is_half_written(new, tmp_path):
    """The folder's name is as long as names may be, so that of the test in it is too long."""
    done = new("a" * 255, "inr")
    assert done.exit_code == 1
    assert "cannot be written: File name too long" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_place_of_a_folder_is_said(new, tmp_path):
    (tmp_path / "file").touch()
    for words in ((), ("--one-file",)):
        done = new("my-siren", "inr", "--out", "file/siren", *words)
        assert (done.exit_code, "cannot be written" in done.stderr) == (1, True)
    assert written(tmp_path) == {"file": ""}


def test_without_a_kind_nobody_is_asked_where_nobody_is(cli, tmp_path):
    done = cli("plugins", "new", "my-siren")
    assert done.exit_code == 2
    assert all(kind in done.stderr for kind in KINDS)
    assert list(tmp_path.iterdir()) == []


def test_at_a_terminal_the_kind_is_asked(clean, tmp_path):
    terminal, end = pty.openpty()
    command = [sys.executable, "-c", "from inrkit.cli import main; main()", "plugins", "new", "my-siren"]
    with subprocess.Popen(command, stdin=end, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as asking:
        os.write(terminal, b"sampler\n")
        printed, asked = asking.communicate(timeout=60)
    os.close(terminal)
    os.close(end)
    assert asking.returncode == 0, asked
    assert all(f"{name} " in asked and kind.about in asked for name, kind in KINDS.items())
    assert "written: my-siren" in printed
    assert (tmp_path / "my-siren/src/my_siren/sampler.py").is_file()


@pytest.fixture
def one_file(new, monkeypatch, tmp_path):
    """Write a one-file plugin of a kind and switch it on, beside the method ``tiny``; its name is ``one-KIND``."""
    monkeypatch.setattr(sys, "path", list(sys.path))

    def write(kind):
        done = new(f"one-{kind}", kind, "--one-file")
        assert done.exit_code == 0, done.stderr
        monkeypatch.setenv("INRKIT_PLUGIN_MODULES", f"one_{kind},inrkit.testing.tiny_plugin")
        discovery.reset()
        return f"one-{kind}"

    yield write
    for kind in KINDS:
        sys.modules.pop(f"one_{kind}", None)


@pytest.mark.parametrize("kind", KINDS)
def test_one_file_keeps_the_same_contract(one_file, tmp_path, kind):
    name = one_file(kind)
    CHECKS[kind](name)
    [file] = written(tmp_path)
    assert file == f"one_{kind}.py"


def test_one_file_is_trained_with_and_found_again(one_file, cli):
    name = one_file("inr")
    tiny = ("-o", "count=2", "-o", "held_out=1", "--frames", "4", "--size", "8x8", "--steps", "2", "--device", "cpu")
    done = cli("train", "--plugin", "tiny", "--inr", name, "-o", "inr.width=8", *tiny, "--out", "run")
    assert done.exit_code == 0, done.output
    drawn = cli("render", "run", "--clip", "0", "--out", "clip.mp4")
    assert drawn.exit_code == 0, drawn.output


def test_one_file_of_a_task_is_a_command(one_file, cli):
    name = one_file("task")
    assert "--every" in cli(name, "--help").stdout


def test_the_one_file_in_the_docs_works(one_file, tmp_path, monkeypatch):
    text = (ROOT / "docs/writing-plugins.md").read_text().partition(":caption: my_lines.py\n")[2].partition("```")[0]
    (tmp_path / "my_lines.py").write_text(text)
    monkeypatch.setenv("INRKIT_PLUGIN_MODULES", "my_lines")
    discovery.reset()
    CHECKS["inr"]("lines")
    del sys.modules["my_lines"]


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """A virtual environment that finds all that this one does, editable installs too; returns its python."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    venv.create(folder)
    python = folder / "bin/python"
    [site] = folder.glob("lib/python*/site-packages")
    (site / "all_of_this_one.pth").write_text(f"import site; site.addsitedir({str(HERE)!r})\n")
    return python


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_each_kind_is_built_installed_and_passes_its_own_tests(new, environment, tmp_path):
    """In one pip and one pytest for all, since each takes seconds to begin."""
    folders = [tmp_path / f"my-{kind}" for kind in KINDS]
    for kind, folder in zip(KINDS, folders, strict=True):
        assert new(folder.name, kind).exit_code == 0
    pip = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check"]
    offline = ["--no-deps", "--no-index"]
    wheels = [*pip, "wheel", *offline, "--no-build-isolation", "-w", tmp_path / "wheels", ROOT, *folders]
    subprocess.run(wheels, check=True)
    built = sorted((tmp_path / "wheels").glob("*.whl"))
    assert len(built) == len(KINDS) + 1
    subprocess.run([*pip, "--python", environment, "install", *offline, *built], check=True)
    command = [environment, "-m", "pytest", "-q", "--import-mode=importlib", *(folder / "tests" for folder in folders)]
    tested = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert "skipped" not in tested.stdout
