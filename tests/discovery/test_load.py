"""One plugin at a time: what can be wrong with it, and that the rest goes on."""

import pytest
from typer.testing import CliRunner

from inrkit import declare, discovery, hookspecs
from inrkit.cli.app import app
from inrkit.discovery import load
from inrkit.discovery.check import HOOKS, collect
from inrkit.errors import PluginError

HEAD = "from inrkit import declare\nfrom inrkit.hookspecs import hookimpl\n"
GOOD = "declare.INR(name='good', target='m:Good', summary='')"


def hook(body: str, name: str = "inrkit_inrs", arguments: str = "") -> str:
    return f"{HEAD}\n@hookimpl\ndef {name}({arguments}):\n    {body}\n"


def inr(**changed: object) -> str:
    fields = {"name": "bad", "target": "m:Bad", "summary": "", **changed}
    arguments = ", ".join(f"{name}={value!r}" for name, value in fields.items())
    return hook(f"return [declare.INR({arguments}), {GOOD}]")


BROKEN = {
    "import error": ("import does_not_exist", "ModuleNotFoundError: No module named 'does_not_exist'"),
    "exit": ("import sys; print('bye'); sys.exit(0)", "it exits when it is imported (SystemExit: 0)"),
    "syntax error": ("def", "SyntaxError"),
    "several lines": ("raise ValueError('one\\ntwo')", "ValueError: one two"),
    "hook raises": (hook("raise OSError('no')"), "OSError: no"),
    "hook is a failing generator": (hook("yield 1 / 0"), "ZeroDivisionError"),
    "hook takes arguments": (hook("return []", arguments="registry"), "registry"),
    "hook is misspelt": (hook("return []", "inrkit_inr"), "no hook 'inrkit_inr': did you mean 'inrkit_inrs'?"),
    "hook is not marked": ("def inrkit_inrs():\n    return []", "put @inrkit.hookimpl above it"),
    "hook returns nothing": (hook("pass"), "inrkit_inrs returned None: return a list of inrkit.declare.INR"),
    "hook returns text": (hook("return 'siren'"), "returned a value of type 'str'"),
    "hook returns one thing": (hook(f"return {GOOD}"), "returned a value of type 'INR': return a list"),
    "hook of another kind": (hook(f"return [{GOOD}]", "inrkit_encoders"), "not inrkit.declare.Encoder"),
    "name": (inr(name="My Siren"), "inr 'My Siren': a name is lower case"),
    "name is none": (inr(name=None), "inr None: a name is lower case"),
    "later api": (inr(api=declare.API + 1), "it is made for API 2, this inrkit offers 1: upgrade inrkit"),
    "earlier api": (inr(api=0), "upgrade the plugin"),
    "target": (inr(target="my_siren.Siren"), "target is 'my_siren.Siren': write \"package.module:Name\""),
    "options": (inr(options="my siren:Options"), "options is 'my siren:Options'"),
    "summary": (inr(summary=None), "summary is None, not text"),
    "twice": (inr(name="good"), "inr 'good': it is declared twice"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_plugin_is_one_warning_and_harms_nobody(site, record, case):
    source, reason = BROKEN[case]
    site.install("bad-plugin", source)
    site.offer("other", "INR(name='other', target='m:X', summary='')")
    assert record("bad-plugin").state == "broken"
    assert reason in record("bad-plugin").reason
    assert record("other").state == "ok"
    for command in (["--help"], ["plugins", "--json"], ["env", "--json"]):
        result = CliRunner().invoke(app, command)
        assert result.exit_code == 0, result.output
        assert result.stderr.count("\n") == 1
        assert result.stderr.startswith("warning: plugin bad-plugin (bad-plugin 1.0) is broken: ")
        assert reason in result.stderr


@pytest.mark.parametrize("value", ["bad-plugin.plugin", "bad_plugin/plugin.py", "bad_plugin.plugin:", "2.plugin"])
def test_an_entry_point_that_is_no_module_is_one_warning_too(site, record, value):
    site.install("bad-plugin", "", value=value)
    site.offer("other", "INR(name='other', target='m:X', summary='')")
    assert record("bad-plugin").state == "broken" and record("other").state == "ok"
    assert f"its entry point is {value!r}, which is no module: write package.module" in record("bad-plugin").reason
    for command in (["--help"], ["plugins", "--json"]):
        result = CliRunner().invoke(app, command)
        assert result.exit_code == 0 and result.stderr.count("\n") == 1, result.output
    assert CliRunner().invoke(app, ["--no-plugins", "plugins", "--json"]).stderr == ""


def test_a_file_that_is_named_as_no_module_is(site, record, monkeypatch):
    monkeypatch.setenv("INRKIT_PLUGIN_MODULES", "my-plugin")
    discovery.reset()
    assert "'my-plugin' is no module: name it as Python does" in record("my-plugin").reason


def test_the_good_declarations_of_a_broken_plugin_work(site):
    site.install("half", inr(api=7))
    registry = discovery.load_registry()
    assert registry.names("inr") == ["good"]
    with pytest.raises(PluginError, match=r"inr 'bad' is not available: plugin half \(half 1.0\) is broken: .*API 7"):
        registry.find("inr", "bad")


def test_what_a_plugin_prints_stays_out_of_stdout(site, capsys):
    site.install("chatty", "print('hello')")
    discovery.load_registry()
    assert capsys.readouterr() == ("", "hello\n")


def test_ctrl_c_during_an_import_is_not_the_plugins_fault(site):
    site.install("patient", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        discovery.load_registry()


def test_a_slow_plugin_works_and_is_told_why(site, record, monkeypatch):
    monkeypatch.setattr(load, "HEAVY", ("slow_plugin.heavy",))
    source = f"import time, slow_plugin.heavy\n{hook(f'return [{GOOD}]')}\ntime.sleep(0.21)"
    site.install("slow-plugin", source, heavy="")
    assert record("slow-plugin").state == "slow"
    assert "for it imports slow_plugin.heavy" in record("slow-plugin").reason
    assert record("slow-plugin").milliseconds > 200
    assert discovery.load_registry().names("inr") == ["good"]


def test_strict_makes_a_broken_plugin_an_error(site, monkeypatch):
    site.install("bad-plugin", "import does_not_exist")
    monkeypatch.setenv("INRKIT_STRICT_PLUGINS", "1")
    with pytest.raises(PluginError, match="does_not_exist"):
        discovery.load_registry()
    result = CliRunner().invoke(app, ["plugins"])
    assert result.exit_code == 3
    assert "unset INRKIT_STRICT_PLUGINS" in result.stderr


def test_the_records_are_found_once_for_each_setting_of_the_switches(site, monkeypatch):
    site.offer("other")
    first = discovery.load_registry()
    assert discovery.load_registry() is first
    monkeypatch.setenv("INRKIT_NO_PLUGINS", "1")
    assert discovery.load_registry() is not first


def test_a_declaration_names_the_versions_it_was_made_for(site, record, monkeypatch):
    """As it will be when this inrkit serves versions 2 to 3."""
    monkeypatch.setattr(declare, "API", 3)
    monkeypatch.setattr(declare, "OLDEST_API", 2)
    ranges = {"now": 3, "older": 2, "both": (1, 2), "later": (3, 5), "unsaid": None, "past": 1, "future": (4, 5)}
    ranges |= {"backwards": (3, 2), "text": "3", "three": (1, 2, 3), "yes": True}
    made = [
        f"INR(name={n!r}, target='m:X', summary=''{'' if v is None else f', api={v!r}'})" for n, v in ranges.items()
    ]
    site.offer("ranges", *made)
    assert [each.name for each in record("ranges").provides] == ["now", "older", "both", "later"]
    refused = {name: why for (_, name), why in record("ranges").refused.items()}
    assert refused["unsaid"] == refused["past"].replace("past", "unsaid")
    assert "it is made for API 1, this inrkit offers 2 to 3: upgrade the plugin" in refused["past"]
    assert "it is made for API 4 to 5, this inrkit offers 2 to 3: upgrade inrkit" in refused["future"]
    for name in ("backwards", "text", "three", "yes"):
        assert "write the version it was made for, or the first and the last, as in (1, 2)" in refused[name]


class Specs:
    """A later inrkit, in which one hook is old, and an argument of another."""

    @hookspecs.hookspec(warn_on_impl=DeprecationWarning("inrkit_inrs goes in 0.3: offer them with inrkit_parts"))
    def inrkit_inrs(self):
        pass

    @hookspecs.hookspec(warn_on_impl_args={"settings": DeprecationWarning("settings goes in 0.3: it is always empty")})
    def inrkit_encoders(self, settings, device):
        pass


for _name in set(HOOKS) - set(vars(Specs)):
    setattr(Specs, _name, hookspecs.hookspec(lambda self: None))


class Old:
    @hookspecs.hookimpl
    def inrkit_inrs(self):
        return [declare.INR(name="old", target="m:Old", summary="")]

    @hookspecs.hookimpl
    def inrkit_encoders(self, settings):
        return [declare.Encoder(name=f"old-{settings}", target="m:Old", summary="")]


class New:
    @hookspecs.hookimpl
    def inrkit_encoders(self, device):
        return [declare.Encoder(name=f"new-{device}", target="m:New", summary="")]


def test_a_deprecated_hook_or_argument_works_and_says_what_takes_its_place():
    arguments = {"settings": "empty", "device": "cpu"}
    old = collect(Old(), Specs, arguments)
    assert [each.name for each in old.declarations] == ["old-empty", "old"]
    assert old.problems == ()
    assert sorted(old.deprecated) == [
        "inrkit_inrs goes in 0.3: offer them with inrkit_parts",
        "settings goes in 0.3: it is always empty",
    ]
    new = collect(New(), Specs, arguments)
    assert [each.name for each in new.declarations] == ["new-cpu"]
    assert new.deprecated == ()


def test_what_is_deprecated_is_shown_and_stops_nobody(site, record, monkeypatch):
    deprecated = hookspecs.hookspec(warn_on_impl=DeprecationWarning("use another"))(lambda: ())
    monkeypatch.setattr(hookspecs, "inrkit_inrs", deprecated)
    site.install("old-plugin", hook(f"return [{GOOD}]"))
    assert record("old-plugin").state == "ok"
    assert record("old-plugin").deprecated == ("use another",)
    shown = CliRunner().invoke(app, ["plugins"], env={"COLUMNS": "150"})
    assert shown.exit_code == 0
    assert "deprecated: use another" in shown.stdout
    assert "another" not in shown.stderr
