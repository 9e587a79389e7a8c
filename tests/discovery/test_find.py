"""Which plugins are found, and which of them are switched off before they are imported."""

import sys

import pytest

from inrkit import discovery
from inrkit.discovery.find import Switches, find_plugins

EXPLODES = "raise RuntimeError('imported')"


def test_the_core_comes_first_and_the_others_by_name(site):
    site.offer("z-plugin")
    site.offer("A_plugin")
    found = [plugin.distribution for plugin in find_plugins(Switches(only=("z-plugin", "a-plugin"))) if not plugin.off]
    assert found == ["inrkit", "A_plugin", "z-plugin"]


@pytest.mark.parametrize(
    ("variable", "value"),
    [("INRKIT_NO_PLUGINS", "1"), ("INRKIT_PLUGINS", "other"), ("INRKIT_DISABLE_PLUGINS", "Bomb_Plugin")],
)
def test_switched_off_plugins_are_never_imported(site, record, monkeypatch, variable, value):
    package = site.install("bomb-plugin", EXPLODES, entry="bomb")
    monkeypatch.setenv(variable, value)
    assert record("bomb-plugin").state == "disabled"
    assert variable in record("bomb-plugin").reason
    assert f"{package}.plugin" not in sys.modules


def test_a_plugin_can_be_switched_by_the_name_of_its_entry_point(site, record, monkeypatch):
    site.install("bomb-plugin", EXPLODES, entry="bomb")
    monkeypatch.setenv("INRKIT_DISABLE_PLUGINS", "bomb")
    assert record("bomb-plugin").state == "disabled"


def test_switches_that_are_empty_or_zero_switch_nothing(site):
    environ = {"INRKIT_PLUGINS": "", "INRKIT_NO_PLUGINS": "0", "INRKIT_STRICT_PLUGINS": "false"}
    assert Switches.of(environ) == Switches()


def test_a_chosen_plugin_that_is_not_installed_is_mentioned(site, monkeypatch):
    monkeypatch.setenv("INRKIT_PLUGINS", "inrkit-inrw")
    assert discovery.load_registry().notes == ("INRKIT_PLUGINS names 'inrkit-inrw', which is not installed",)


def test_metadata_without_a_name_is_still_found(site, monkeypatch):
    package = site.offer("damaged")
    (site.folder / f"{package}-1.0.dist-info" / "METADATA").unlink()
    discovery.reset()
    assert [record.name for record in discovery.load_registry().records if record.state == "ok"][1:] == ["damaged"]


def test_a_one_file_plugin_comes_from_the_current_folder(site, tmp_path, monkeypatch):
    (tmp_path / "my_file.py").write_text(
        "from inrkit import declare\nfrom inrkit.hookspecs import hookimpl\n\n@hookimpl\ndef inrkit_inrs():\n"
        "    return [declare.INR(name='mine', target='my_file:Mine', summary='')]\n"
    )
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setenv("INRKIT_PLUGIN_MODULES", "my_file.py")
    monkeypatch.setenv("INRKIT_PLUGINS", "nothing-else")
    assert discovery.load_registry().names("inr") == ["mine"]
    assert discovery.load_registry().find("inr", "my-file/mine").distribution == "my_file"
