"""`inrkit plugins` and the border around all commands."""

import json
import os
import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from inrkit import discovery
from inrkit.cli import console
from inrkit.cli.app import app
from inrkit.cli.border import Border
from inrkit.errors import BadInput

PLUGIN = """
from inrkit import declare
from inrkit.hookspecs import hookimpl
from pydantic import BaseModel, Field

class Options(BaseModel):
    rank: int = Field(16, description="of what [bold]it[/bold] is")

@hookimpl
def inrkit_methods():
    return [declare.Method(name="tiny", target="tiny_file:Tiny", options="tiny_file:Options", summary="A tiny method",
                           encoder="codebook", hypernetwork="identity", inr="mlp", presets={"toy": "Two minutes"})]
"""


@pytest.fixture
def inrkit(tmp_path, monkeypatch):
    """Run a command with one one-file plugin, and no installed ones."""
    for name in [name for name in os.environ if name.startswith("INRKIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("INRKIT_PLUGINS", "inrkit")
    monkeypatch.setenv("INRKIT_PLUGIN_MODULES", "tiny_file")
    monkeypatch.setenv("INRKIT_NO_PLUGINS", "")
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny_file.py").write_text(PLUGIN)
    discovery.reset()
    yield lambda *words: CliRunner().invoke(app, list(words), env={"COLUMNS": "120"})
    sys.modules.pop("tiny_file", None)
    discovery.reset()


def test_the_table_and_the_json_list_what_there_is(inrkit):
    table = inrkit("plugins")
    assert table.exit_code == 0
    assert "method: tiny" in table.stdout
    listed = {plugin["name"]: plugin for plugin in json.loads(inrkit("plugins", "--json").stdout)}
    assert listed["inrkit"]["state"] == "ok"
    assert listed["tiny_file"]["provides"] == [{"kind": "method", "name": "tiny", "summary": "A tiny method"}]


def test_a_long_name_is_not_cut_short_where_there_is_little_room(inrkit):
    shown = CliRunner().invoke(app, ["plugins"], env={"COLUMNS": "80"}).stdout
    assert "(inrkit-frame-" in shown
    assert not [line for line in shown.splitlines() if line.startswith("(inrkit-frame-") and "…" in line]


@pytest.mark.parametrize("words", [["tiny"], ["tiny_file"], ["tiny_file/tiny"], ["method", "tiny"]])
def test_show_prints_options_and_presets(inrkit, words):
    shown = inrkit("plugins", "show", *words)
    assert shown.exit_code == 0, shown.output
    for text in ("A tiny method", "rank", "int", "16", "of what [bold]it[/bold] is", "Two minutes", "inr mlp"):
        assert text in shown.stdout


def test_show_is_json_too(inrkit):
    (thing,) = json.loads(inrkit("plugins", "show", "tiny", "--json").stdout)
    option = {"name": "rank", "type": "int", "default": "16", "description": "of what [bold]it[/bold] is"}
    assert thing["options"] == [option]
    (plugin,) = json.loads(inrkit("plugins", "show", "inrkit", "--json").stdout)
    assert "codebook" in [thing["name"] for thing in plugin["things"]]


def test_show_tells_why_a_plugin_is_broken(inrkit, tmp_path):
    (tmp_path / "tiny_file.py").write_text("import does_not_exist")
    shown = inrkit("plugins", "show", "tiny_file")
    assert shown.exit_code == 0
    assert "Traceback" in shown.stdout
    assert "import does_not_exist" in shown.stdout


def test_show_tells_what_is_wrong_with_options(inrkit, tmp_path):
    (tmp_path / "tiny_file.py").write_text(PLUGIN.replace("tiny_file:Options", "tiny_file:Optoins"))
    shown = inrkit("plugins", "show", "tiny")
    assert shown.exit_code == 0
    assert "Did you mean 'Options'?" in shown.stdout


def test_an_unknown_name_or_command_is_bad_input_with_the_nearest(inrkit):
    unknown = inrkit("plugins", "show", "tinny")
    assert (unknown.exit_code, unknown.stdout) == (2, "")
    assert unknown.stderr.startswith("error: There is no plugin 'tinny', and none offers anything of that name\n  Did")
    assert "Did you mean 'plugins'?" in inrkit("plugin").stderr


def test_python_sees_what_the_command_prints(inrkit):
    printed = json.loads(inrkit("plugins", "--json").stdout)
    assert discovery.plugins() == printed


def test_no_plugins_leaves_the_core(inrkit):
    listed = json.loads(inrkit("--no-plugins", "plugins", "--json").stdout)
    assert {plugin["name"] for plugin in listed if plugin["state"] != "disabled"} == {"inrkit"}
    assert not os.environ["INRKIT_NO_PLUGINS"]
    refused = inrkit("--no-plugins", "plugins", "show", "method", "tiny_file")
    assert refused.exit_code == 3
    assert "--no-plugins" in refused.stderr


def test_no_plugins_silences_a_broken_plugin_even_after_help(inrkit, tmp_path):
    (tmp_path / "tiny_file.py").write_text("import does_not_exist")
    assert "tiny_file" in inrkit("--help").stderr
    assert inrkit("--help", "--no-plugins").stderr == ""


def test_version(inrkit):
    assert inrkit("--version").stdout.startswith("inrkit 0.")


def test_the_border_turns_errors_into_messages_and_exit_codes(inrkit):
    own = typer.Typer(cls=Border)

    @own.command()
    def bad() -> None:
        raise BadInput("No file 'a:smile:[b]'", "Give another.")

    @own.command()
    def interrupted() -> None:
        raise KeyboardInterrupt

    failed = CliRunner().invoke(own, ["bad"])
    assert (failed.exit_code, failed.stdout, failed.stderr) == (
        2,
        "",
        "error: No file 'a:smile:[b]'\n  Give another.\n",
    )
    stopped = CliRunner().invoke(own, ["interrupted"])
    assert (stopped.exit_code, stopped.stderr) == (130, "interrupted\n")


def test_quiet_leaves_out_notes_alone(capsys):
    console.set_quiet(True)
    try:
        console.note("working")
        console.warn("odd")
    finally:
        console.set_quiet(False)
    console.note("done")
    assert capsys.readouterr() == ("", "warning: odd\ndone\n")


def test_a_closed_pipe_is_no_traceback():
    command = [sys.executable, "-c", "from inrkit.cli import main; main()", "--no-plugins", "plugins"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.close()
        assert process.stderr.read() == ""
