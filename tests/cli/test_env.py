"""`inrkit env`."""

import json
import sys

from typer.testing import CliRunner

from inrkit.cli.app import app
from inrkit.cli.env import environment


def test_env_says_what_a_bug_report_needs(monkeypatch, tmp_path):
    monkeypatch.setenv("INRKIT_NO_PLUGINS", "1")
    monkeypatch.setenv("INRKIT_CACHE", str(tmp_path))
    facts = json.loads(CliRunner().invoke(app, ["env", "--json"]).stdout)
    for key in ("inrkit", "python", "platform", "torch", "torchvision", "numpy", "av", "ffmpeg"):
        assert facts[key], key
    assert facts["ffmpeg"][0].isdigit()
    assert facts["cpus"] >= 1
    assert set(facts["devices"]) == {"cuda", "mps"}
    assert facts["cache"] == str(tmp_path)
    assert facts["torch"] in CliRunner().invoke(app, ["env"]).stdout


def test_a_library_that_does_not_import_says_why(monkeypatch):
    monkeypatch.setenv("INRKIT_NO_PLUGINS", "1")
    monkeypatch.setitem(sys.modules, "av", None)
    monkeypatch.setitem(sys.modules, "torchvision.ops", None)
    facts = environment()
    assert facts["av"].startswith("does not import: ModuleNotFoundError")
    assert "but ops does not import" in facts["torchvision"]
