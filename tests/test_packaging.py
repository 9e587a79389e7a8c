"""The set-up by make, on stubs of Python and pip, and what the project files promise. Nothing is installed here."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECTS = [ROOT / "pyproject.toml", *sorted(ROOT.glob("plugins/*/pyproject.toml"))]
PLUGINS = PROJECTS[1:]
PYTHONS = ["python3.13", "python3.12", "python3.11", "python3"]


# --- what the files say


def constraints() -> list[str]:
    lines = [line.split("#")[0].strip() for line in (ROOT / "constraints.txt").read_text().splitlines()]
    return [line for line in lines if line]


def normal(requirement: str) -> str:
    """The name in a requirement, as pip compares names."""
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name, requirement
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def requirements(project: Path) -> list[str]:
    table = tomllib.loads(project.read_text())
    extras = table["project"].get("optional-dependencies", {}).values()
    return table["build-system"]["requires"] + sum(extras, table["project"]["dependencies"])


def test_torch_and_torchvision_are_a_pair() -> None:
    pair = [line for line in constraints() if normal(line) in {"torch", "torchvision"}]
    assert pair == ["torch==2.15.0", "torchvision==0.29.2"], "another pair: did `import torchvision.ops` work with it?"


def test_pyav_is_chosen_by_the_version_of_python() -> None:
    lines = {line.split(";")[1].strip(): line for line in constraints() if normal(line) == "av"}
    assert lines['python_version < "3.12"'].startswith("av==18.")
    assert lines['python_version >= "3.12"'].startswith("av==19.")
    assert len(lines) == 2


def test_everything_we_depend_on_is_pinned() -> None:
    ours = {normal(tomllib.loads(project.read_text())["project"]["name"]) for project in PROJECTS}
    needed = {normal(requirement) for project in PROJECTS for requirement in requirements(project)}
    assert needed - ours <= {normal(line) for line in constraints() if "==" in line}


@pytest.mark.parametrize("path", PLUGINS, ids=lambda path: path.parent.name)
def test_a_plugin_is_a_distribution_of_its_own(path: Path) -> None:
    table = tomllib.loads(path.read_text())
    project = table["project"]
    core = [requirement for requirement in project["dependencies"] if normal(requirement) == "inrkit"]
    assert [re.sub(r"\[.*\]|\s", "", requirement) for requirement in core] == ["inrkit>=0.1,<0.2"]
    assert table["build-system"]["build-backend"] == "hatchling.build"
    assert (project["license"], project["requires-python"]) == ("MIT", ">=3.11")
    assert (path.parent / project["readme"]).is_file()
    assert project["name"] == path.parent.name
    assert project["entry-points"]["inrkit"]


def test_the_core_would_meet_what_its_plugins_ask_for() -> None:
    version = tomllib.loads(PROJECTS[0].read_text())["project"]["version"]
    assert version.startswith("0.1.")
    assert f"version: {version}\n" in (ROOT / "CITATION.cff").read_text()


@pytest.mark.parametrize("path", [*(ROOT / name for name in ("Makefile", "constraints.txt", ".ci/run")), *PROJECTS])
def test_no_file_names_a_registry(path: Path) -> None:
    assert not re.search(r"index[-_]url|find[-_]links|https?://", path.read_text(), re.IGNORECASE)


def test_the_set_up_names_no_registry() -> None:
    test_no_file_names_a_registry(ROOT / "tools/setup.sh")


# --- make, on stubs

# A Python of some version, which writes down what it is asked: venv and pip are played, the check of torch is real.
STUB = """#!/bin/sh
echo "$(basename "$0") $*" >>"$LOG"
case "$*" in
    "-c import sys; "*) echo {version} ;;
    "-c "*"import inrkit"*) ;;
    "-m venv --without-pip "*) {without_pip} && mkdir -p "$4/bin" && touch "$4/pyvenv.cfg" && cp "$0" "$4/bin/python" ;;
    "-m venv "*) mkdir -p "$3/bin" && touch "$3/pyvenv.cfg" && {ensurepip} && cp "$0" "$3/bin/python" ;;
    "-m pip "*" install "* | "-m pip install "*) {install} ;;
    "-m pip "*) {pip} ;;
    "-m pytest"*) echo "the tests ran" ;;
    "-") exec "{real}" -S - ;;
    *) echo "the stub does not know: $*" >&2; exit 64 ;;
esac
"""
BROKEN = "#!/bin/sh\necho 'pyenv: command not found' >&2\nexit 127\n"


class Clone:
    """A clone with nothing in it but the files that make reads, and a PATH on which no Python runs yet."""

    def __init__(self, tmp: Path) -> None:
        self.root = tmp / "a path with space" / "inrkit"
        self.bin = tmp / "bin"
        self.log = tmp / "log"
        self.torch = tmp / "torch"
        projects = [str(project.relative_to(ROOT)) for project in PROJECTS]
        for name in ["Makefile", "constraints.txt", "tools/setup.sh", "examples/demo.sh", *projects]:
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, self.root / name)
        self.bin.mkdir()
        for name in [*PYTHONS, "pip", "pip3"]:
            self.program(name, BROKEN)
        self.disk(100)
        self.torchvision("")

    def program(self, name: str, text: str) -> None:
        (self.bin / name).write_text(text)
        (self.bin / name).chmod(0o755)

    def python(self, name: str, version: str, **play: str) -> None:
        steps = {"without_pip": "true", "ensurepip": "true", "install": "true", "pip": "true"} | play
        self.program(name, STUB.format(version=version, real=sys.executable, **steps))

    def disk(self, gigabytes: int, only_in: str = "") -> None:
        """What df says of the folders with `only_in` in their path; all others have plenty."""
        self.program(
            "df",
            f'#!/bin/sh\nfree=99\ncase "$2" in *"{only_in}"*) free={gigabytes} ;; esac\necho Filesystem\n'
            'echo "/dev/x 1 1 $((free * 1048576)) 1% /"\n',
        )

    def torchvision(self, ops: str) -> None:
        (self.torch / "torchvision").mkdir(parents=True, exist_ok=True)
        (self.torch / "torchvision" / "__init__.py").touch()
        (self.torch / "torchvision" / "ops.py").write_text(ops)
        for name in ("torch-2.13.0", "torchvision-0.29.2"):
            info = self.torch / f"{name}.dist-info"
            info.mkdir(exist_ok=True)
            distribution, version = name.split("-")
            (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n")

    def make(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        self.log.write_text("")
        path = f"{self.bin}:/usr/local/bin:/usr/bin:/bin"
        given = {"PATH": path, "LOG": str(self.log), "TMPDIR": "/tmp", "PYTHONPATH": str(self.torch)}
        make = shutil.which("make") or "make"
        return subprocess.run([make, *words], cwd=self.root, env=given | env, text=True, capture_output=True)

    def refuses(self, *words: str, **env: str) -> str:
        """The one line that says why, besides make's own last one and what other programs have said."""
        done = self.make(*words, **env)
        assert done.returncode != 0
        assert not self.stamp.exists()
        lines = done.stderr.splitlines()
        assert lines[-1].startswith("make: ***")
        assert lines[-2].startswith("inrkit: ")
        return lines[-2]

    @property
    def stamp(self) -> Path:
        return self.root / ".venv/.installed"

    @property
    def asked(self) -> list[str]:
        """What was asked of the stubs."""
        return self.log.read_text().splitlines()

    @property
    def installs(self) -> list[str]:
        return [line for line in self.asked if " install " in line]


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    if shutil.which("make") is None:
        pytest.skip("there is no make on this machine")
    return Clone(tmp_path)


def test_one_pip_command_installs_core_and_every_plugin(clone: Clone) -> None:
    clone.python("python3.11", "3.11")
    extra = clone.root / "plugins/inrkit-extra/pyproject.toml"
    extra.parent.mkdir()
    extra.write_text("")
    done = clone.make("test")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["the tests ran"]
    [install] = clone.installs
    assert "-c constraints.txt -e .[metrics,clip,tensorboard,test,docs,dev] -e plugins/" in install
    for plugin in (extra, *PLUGINS):
        assert f"-e plugins/{plugin.parent.name}" in install
    [news] = done.stderr.splitlines()
    assert "3 GB" in news
    assert "Python 3.11" in news


def test_a_second_make_does_nothing_until_a_project_file_changes(clone: Clone) -> None:
    clone.python("python3", "3.12")
    assert clone.make("test").returncode == 0
    assert (clone.make("test").stderr, clone.installs) == ("", [])
    for name in ["constraints.txt", *(str(path.relative_to(ROOT)) for path in PROJECTS)]:
        (clone.root / name).touch()
        assert "up to date" in clone.make("test").stderr, name
        assert len(clone.installs) == 1
        assert (clone.make("test").stderr, clone.installs) == ("", [])


def test_a_moved_clone_is_installed_again(clone: Clone) -> None:
    clone.python("python3", "3.12")
    assert clone.make("test").returncode == 0
    clone.root = clone.root.rename(clone.root.with_name("moved"))
    assert clone.make("test").returncode == 0
    assert len(clone.installs) == 1


def test_a_file_that_changes_during_the_install_is_not_missed(clone: Clone) -> None:
    clone.python("python3", "3.12", install="sleep 0.05; touch pyproject.toml")
    assert clone.make("test").returncode == 0
    assert clone.make("test").returncode == 0
    assert len(clone.installs) == 1


@pytest.mark.parametrize("given", ["", "python3.11"])
def test_the_first_usable_python_is_taken(clone: Clone, given: str) -> None:
    clone.python("python3.12", "3.12")
    clone.python("python3.11", "3.11")
    done = clone.make("test", PYTHON=given)
    assert f"Python {given.removeprefix('python') or '3.12'}:" in done.stderr


def test_a_python_with_a_space_in_its_path_and_no_ensurepip(clone: Clone) -> None:
    clone.python("my python", "3.14", ensurepip="exit 1")
    assert "Python 3.14:" in clone.make("test", f"PYTHON={clone.bin}/my python").stderr


@pytest.mark.parametrize(("version", "reason"), [("3.10", "is only 3.10"), ("", "does not run")])
def test_an_unusable_python_that_was_asked_for_is_named(clone: Clone, version: str, reason: str) -> None:
    clone.python("mine", version)
    clone.python("python3", "3.13")
    done = clone.make("test", PYTHON="mine")
    assert done.returncode == 0
    assert done.stderr.splitlines()[0] == f"inrkit: PYTHON=mine {reason}: looking for another"


@pytest.mark.parametrize("version", ["2.7", "3.9", "3.10"])
def test_an_old_python_is_refused(clone: Clone, version: str) -> None:
    clone.python("python3", version)
    line = clone.refuses("test")
    assert line.startswith(f"inrkit: needs Python 3.11 or newer and finds none; python3 is {version}:")
    assert not (clone.root / ".venv").exists()


def test_no_python_at_all(clone: Clone) -> None:
    assert "needs Python 3.11 or newer and finds none: install" in clone.refuses("train")


@pytest.mark.parametrize(
    ("only_in", "gigabytes", "reason"),
    [("inrkit", 9, "10 GB of free disk in /"), ("scratch", 3, "4 GB of free disk in /scratch")],
)
def test_a_full_disk_is_refused_before_anything_is_made(
    clone: Clone, only_in: str, gigabytes: int, reason: str
) -> None:
    clone.python("python3", "3.12")
    clone.disk(gigabytes, only_in)
    line = clone.refuses("train", TMPDIR="/scratch")
    assert f"about {reason}" in line
    assert f"which has {gigabytes} GB" in line
    assert not (clone.root / ".venv").exists()
    assert clone.installs == []


def test_just_enough_disk(clone: Clone) -> None:
    clone.python("python3", "3.12")
    clone.disk(10, "inrkit")
    assert clone.make("test").returncode == 0


def test_without_ensurepip_a_pip_from_outside_installs(clone: Clone) -> None:
    clone.python("python3.11", "3.11", ensurepip="exit 1")
    assert clone.make("test").returncode == 0
    [install] = clone.installs
    assert install.startswith("python3.11 -m pip --python .venv/bin/python install ")


def test_without_ensurepip_any_pip_on_the_path_will_do(clone: Clone) -> None:
    clone.python("python3.11", "3.11", ensurepip="exit 1", pip="exit 1")
    clone.program("pip", '#!/bin/sh\necho "pip $*" >>"$LOG"\n')
    assert clone.make("test").returncode == 0
    [install] = clone.installs
    assert install.startswith("pip --python .venv/bin/python install ")


@pytest.mark.parametrize("play", [{"pip": "exit 1"}, {"without_pip": "false"}], ids=["no pip", "no venv"])
def test_without_ensurepip_and_pip_the_package_is_named(clone: Clone, play: dict[str, str]) -> None:
    clone.python("python3.11", "3.11", ensurepip="exit 1", **play)
    assert "python3.11-venv" in clone.refuses("test")
    assert not (clone.root / ".venv").exists()


def test_a_failed_pip_leaves_no_stamp_and_the_next_make_goes_on(clone: Clone) -> None:
    clone.python("python3", "3.12", install="[ -e network ]")
    assert "pip failed" in clone.refuses("test")
    assert clone.installs
    (clone.root / "network").touch()
    assert clone.make("test").returncode == 0
    assert not [line for line in clone.asked if "-m venv" in line]


def test_an_update_needs_no_python_but_its_own(clone: Clone) -> None:
    clone.python("mine", "3.12")
    assert clone.make("test", PYTHON="mine").returncode == 0
    (clone.root / "constraints.txt").touch()
    assert clone.make("test").returncode == 0
    assert len(clone.installs) == 1


def test_a_failed_update_leaves_no_stamp(clone: Clone) -> None:
    clone.python("python3", "3.12", install="[ ! -e fail ]")
    assert clone.make("test").returncode == 0
    (clone.root / "fail").touch()
    (clone.root / "constraints.txt").touch()
    clone.refuses("test")


@pytest.mark.parametrize(
    ("ops", "reason"),
    [
        (
            "raise RuntimeError('operator torchvision::nms does not exist\\nmore')",
            "operator torchvision::nms does not exist",
        ),
        ("import no_such_module", "No module named 'no_such_module'"),
    ],
)
def test_a_broken_pair_is_named_in_one_line(clone: Clone, ops: str, reason: str) -> None:
    clone.python("python3", "3.12")
    clone.torchvision(ops)
    line = clone.refuses("test")
    assert line.startswith(f"inrkit: torch 2.13.0 and torchvision 0.29.2 do not work together ({reason}):")


def test_a_pair_that_crashes_python_is_named_too(clone: Clone) -> None:
    clone.python("python3", "3.12")
    clone.torchvision("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    assert "importing torchvision.ops crashed" in clone.refuses("test")


def test_an_environment_whose_python_is_gone_is_made_anew(clone: Clone) -> None:
    clone.python("python3", "3.12")
    assert clone.make("test").returncode == 0
    (clone.root / ".venv/bin/python").write_text(BROKEN)
    (clone.root / "constraints.txt").touch()
    assert clone.make("test").returncode == 0
    assert "python3 -m venv .venv" in clone.asked


def test_a_folder_that_is_no_environment_is_left_alone(clone: Clone) -> None:
    clone.python("python3", "3.12")
    mine = clone.root / ".venv/mine"
    mine.parent.mkdir()
    mine.touch()
    assert "move it away" in clone.refuses("test")
    assert mine.exists()


INRKIT = 'printf \'#!/bin/sh\\necho "inrkit $*"; [ $1 != "$BROKEN" ]\\n\' >.venv/bin/inrkit; chmod +x .venv/bin/inrkit'
"""Installs a program that says what it is asked, and fails if that is $BROKEN."""


@pytest.mark.parametrize(("words", "option"), [((), "--resume"), (("OVERWRITE=1",), "--overwrite")])
def test_train_is_one_command(clone: Clone, words: tuple[str, ...], option: str) -> None:
    clone.python("python3", "3.12", install=INRKIT)
    assert clone.make("train", *words).stdout == f"inrkit train --plugin inrv --out runs/toy {option}\n"


def test_the_demo_trains_and_prints_each_task_before_it_does_it(clone: Clone) -> None:
    clone.python("python3", "3.12", install=INRKIT)
    done = clone.make("demo")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    asked = [line for line in lines if line.startswith("inrkit ")]
    assert asked[0] == "inrkit train --plugin inrv --out runs/toy --resume"
    assert asked[1:] == [line.removeprefix("$ ") for line in lines if line.startswith("$ inrkit ")]
    plugins = "".join(path.read_text() for path in ROOT.glob("plugins/*/src/*/plugin.py"))
    declared = re.findall(r'declare\.Task\(\s+name="([\w-]+)"', plugins)
    assert {line.split()[1] for line in asked[1:]} == {"sample", "interpolate", *declared}


def test_the_demo_stops_at_what_fails(clone: Clone) -> None:
    clone.python("python3", "3.12", install=INRKIT)
    done = clone.make("demo", BROKEN="predict")
    assert done.returncode != 0
    assert "inrkit invert" in done.stdout
    assert "interpolate" not in done.stdout


def test_make_alone_lists_its_targets_and_installs_nothing(clone: Clone) -> None:
    done = clone.make()
    listed = [line.split()[1] for line in done.stdout.splitlines()]
    targets = "help train demo test lint types format docs bench bench-full results families fuzz clean"
    assert listed == targets.split()
    assert not (clone.root / ".venv").exists()


def test_clean_keeps_the_runs(clone: Clone) -> None:
    clone.python("python3", "3.12")
    clone.make("test")
    (clone.root / "runs/toy").mkdir(parents=True)
    assert clone.make("clean").returncode == 0
    assert not (clone.root / ".venv").exists()
    assert (clone.root / "runs/toy").is_dir()
