"""`inrkit plugins check`, as an author calls it."""

import json
import sys

import pytest
from typer.testing import CliRunner

from inrkit import discovery
from inrkit.cli import console
from inrkit.cli.app import app

PLUGIN = """
import torch
from pydantic import BaseModel, Field
from torch import nn
from inrkit import INR, ObservationTask, Observation, declare, hookimpl

class Options(BaseModel):
    width: int = Field({width}, ge=1, description="units")

class Mine(INR):
    def __init__(self, config, spec):
        super().__init__()
        self.net = nn.Linear(3, config.width), nn.Linear(config.width, 3)
        self.net = nn.Sequential(*self.net)
        self.per_video("net")

    def forward(self, coords):
        return self.net(coords) {more}

class Look(ObservationTask):
    def observe(self, clip_shape, options, generator):
        return Observation()

class LookOptions(BaseModel):
    {option}: int = 1

@hookimpl
def inrkit_inrs():
    return [declare.INR(name="mine", target="{target}", options="checked_inr:Options", summary="Mine", api={api})]

@hookimpl
def inrkit_tasks():
    return [declare.Task(name="look", target="checked_inr:Look", options="checked_inr:LookOptions", summary="Look")]
"""
FINE = {"width": 8, "more": "", "target": "checked_inr:Mine", "api": 1, "option": "far"}


@pytest.fixture
def check(tmp_path, monkeypatch, only_plugins):
    """Write the plugin with some changes, and check a name."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(console.out, "_width", 400)  # no sentence is broken
    monkeypatch.chdir(tmp_path)
    only_plugins()

    def run(*words, source=PLUGIN, **changed):
        (tmp_path / "checked_inr.py").write_text(source.format(**FINE | changed))
        sys.modules.pop("checked_inr", None)
        discovery.reset()
        return CliRunner().invoke(app, ["plugins", "check", *words])

    yield run
    sys.modules.pop("checked_inr", None)


@pytest.mark.parametrize("name", ["checked_inr", "checked_inr.py"])
def test_a_good_file_ends_with_0(check, name):
    done = check(name)
    assert done.exit_code == 0, done.output
    assert "nothing wrong" in done.stderr
    _, *rows = done.stdout.splitlines()
    assert [row.split()[-1] for row in rows] == 9 * ["ok"]


def test_json_is_the_findings_alone(check):
    done = check("checked_inr", "--json", more="* coords.mean()")
    assert done.exit_code == 3
    (wrong,) = [each for each in json.loads(done.stdout) if each["state"] == "wrong"]
    assert (wrong["thing"], wrong["check"]) == ("inr mine", "contract")
    assert wrong["change"] == "Let no point see others; or say unit = 'frame'."


WRONG = {
    "target": ({"target": "checked_inr:Mein"}, "has no 'Mein'", "Did you mean 'Mine'?"),
    "base": ({"target": "checked_inr:Look"}, "is not derived from inrkit.INR", "Derive it from INR."),
    "declaration": ({"api": 9}, "made for API 9, this inrkit offers 1: upgrade inrkit", "that the entry point names"),
    "options": ({"width": 0}, "its defaults are refused", "Let the defaults pass"),
    "contract": ({"more": "* self.net[0].weight.sum().item()"}, "torch.func.vmap", "Keep it a tensor; or override"),
    "command": ({"option": "device"}, "has the option 'device', which is a flag of all tasks", "another name"),
    "import": ({"source": "import gone"}, "No module named 'gone'", "`inrkit plugins show checked_inr` has the"),
    "offers nothing": ({"source": "# {width}"}, "it offers nothing", "@inrkit.hookimpl is above inrkit_inrs"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_ends_with_3_and_says_what_to_change(check, case):
    changed, found, change = WRONG[case]
    done = check("checked_inr", **changed)
    assert done.exit_code == 3, done.output
    assert found in done.stdout
    assert change in done.stdout


def test_one_thing_is_checked_by_its_name_or_kind_and_name(check, monkeypatch):
    monkeypatch.setenv("INRKIT_PLUGIN_MODULES", "checked_inr")
    for words in (["mine"], ["inr", "mine"]):
        done = check(*words)
        assert done.exit_code == 0, done.output
        assert "inr mine" in done.stdout and "task look" not in done.stdout


def test_options_can_be_given(check, monkeypatch):
    monkeypatch.setenv("INRKIT_PLUGIN_MODULES", "checked_inr")
    refused = check("inr", "mine", "-o", "mine.width=0")
    assert "mine" in refused.stdout and "greater than or equal to 1" in refused.stdout
    assert check("inr", "mine", "-o", "width=3").exit_code == 2


def test_what_is_not_there_is_bad_input(check):
    done = check("chekced")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "There is no plugin 'chekced'" in done.stderr and "Install it: pip install -e ." in done.stderr
    assert "torch is installed, but no plugin: it has no entry point of the group 'inrkit'" in check("torch").stderr


def test_a_file_is_checked_in_its_own_folder(check, tmp_path, monkeypatch):
    assert check("./checked_inr.py").exit_code == 0
    (tmp_path / "my-lines.py").write_text("")
    done = check("my-lines.py")
    assert done.exit_code == 2 and "'my-lines' is no name in Python" in done.stderr
    (tmp_path / "else").mkdir()
    monkeypatch.chdir(tmp_path / "else")
    done = check("../checked_inr.py")
    assert done.exit_code == 2 and "Check it there: cd .. && inrkit plugins check checked_inr.py" in done.stderr


def test_a_name_that_is_taken_has_its_own_advice(check, only_plugins):
    only_plugins("inrkit-inrv")
    done = check("checked_inr", source=PLUGIN.replace('name="mine"', 'name="nerf-mlp"'))
    assert done.exit_code == 3 and "is also offered by inrkit-inrv" in done.stdout
    assert "Choose another name for what it offers" in done.stdout


@pytest.mark.parametrize(
    "name",
    [
        "inrkit-inversion",
        "inrkit-frame-prediction",
        "inrkit-sparse-inpainting",
        "inrkit-frame-interpolation",
        "inrkit-superresolution",
        "inrkit-inpainting",
        "inrkit-inrv",
        "inrkit-siren",
        "inrkit-nerv",
        "inrkit-functa",
        "inrkit-patch-dictionary",
        "inrkit-transformer",
        "inrkit-datasets",
    ],
)
def test_our_own_plugins_pass(check, only_plugins, name):
    only_plugins(name, *["inrkit-inrv"] * (name == "inrkit-siren"))  # whose hypernetwork its method names
    done = check(name)
    assert done.exit_code == 0, done.output
    assert "wrong" not in done.stdout
