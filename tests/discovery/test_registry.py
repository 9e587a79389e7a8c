"""Names to classes, and what is said when that cannot be."""

import pytest
from pydantic import BaseModel

from inrkit import discovery
from inrkit.errors import BadInput, PluginError

MODEL = """
from pydantic import BaseModel
from inrkit.interfaces import INR, Encoder

class Siren(INR):
    pass

class Options(BaseModel):
    width: int = 64

class NotAnINR(Encoder):
    pass

def function():
    return "imported"
"""


def siren(target="siren_plugin.model:Siren", **rest):
    extra = "".join(f", {name}={value!r}" for name, value in rest.items())
    return f"INR(name='siren', target={target!r}, summary='An MLP'{extra})"


def test_a_name_is_its_class_and_its_options(site):
    site.offer("siren-plugin", siren(options="siren_plugin.model:Options"), model=MODEL)
    registry = discovery.load_registry()
    assert registry.names("inr") == ["siren"]
    assert registry.find("inr", "siren").qualified == "siren-plugin/siren"
    assert registry.get("inr", "siren").__name__ == "Siren"
    assert registry.get("inr", "Siren_Plugin/siren") is registry.get("inr", "siren")
    assert registry.options("inr", "siren")().model_dump() == {"width": 64}


def test_without_options_there_is_a_model_without_fields(site):
    site.offer("siren-plugin", siren(), model=MODEL)
    model = discovery.load_registry().options("inr", "siren")
    assert issubclass(model, BaseModel)
    assert not model.model_fields
    assert model.model_config["extra"] == "forbid"


WRONG = {
    "module": ("siren_plugin.modle:Siren", PluginError, "there is no module 'siren_plugin.modle'"),
    "package": ("sirn_plugin.model:Siren", PluginError, "there is no module 'sirn_plugin'"),
    "attribute": ("siren_plugin.model:Sirne", PluginError, "has no 'Sirne'. Did you mean 'Siren'?"),
    "function": ("siren_plugin.model:function", PluginError, "is no class"),
    "base": ("siren_plugin.model:NotAnINR", PluginError, "is not derived from inrkit.INR"),
    "raises": ("siren_plugin.raises:Siren", PluginError, "fails: ZeroDivisionError"),
    "exits": ("siren_plugin.exits:Siren", PluginError, "it exits when it is imported"),
    "own import": ("siren_plugin.imports:Siren", PluginError, "No module named 'siren_plugin.gone'"),
    "dependency": ("siren_plugin.needs:Siren", BadInput, "needs the Python module 'not_installed'"),
    "extra": ("siren_plugin.extra:Siren", BadInput, "Install inrkit"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_target_says_what_is_wrong_when_it_is_used(site, record, case):
    target, kind, message = WRONG[case]
    site.offer(
        "siren-plugin",
        siren(target),
        model=MODEL,
        raises="1 / 0",
        exits="raise SystemExit",
        imports="import siren_plugin.gone",
        needs="import not_installed",
        extra="from inrkit.errors import BadInput\nraise BadInput('No CLIP', 'Install inrkit[clip]')",
    )
    assert record("siren-plugin").state == "ok"  # a target is not looked at before it is needed
    with pytest.raises(kind) as caught:
        discovery.load_registry().get("inr", "siren")
    assert message in str(caught.value)


def test_an_unknown_name_lists_the_known_ones(site):
    site.offer("siren-plugin", siren(), model=MODEL)
    with pytest.raises(BadInput, match=r"There is no inr 'sirne'. Did you mean 'siren'\?"):
        discovery.load_registry().get("inr", "sirne")
    with pytest.raises(BadInput, match=r"Did you mean 'inr'\?"):
        discovery.load_registry().get("inrs", "siren")


@pytest.mark.parametrize("name", ["siren-plugin", "sp", "siren-plugin/siren"])
def test_the_name_of_a_broken_plugin_gives_the_cause(site, name):
    site.install("siren-plugin", "import does_not_exist", entry="sp")
    with pytest.raises(PluginError, match="does_not_exist") as caught:
        discovery.load_registry().get("inr", name)
    assert caught.value.exit_code == 3
    assert caught.value.hint == "See: inrkit plugins show sp"


def test_the_name_of_a_disabled_plugin_says_that_it_is_disabled(site, monkeypatch):
    site.offer("siren-plugin", siren(), model=MODEL)
    monkeypatch.setenv("INRKIT_DISABLE_PLUGINS", "siren-plugin")
    with pytest.raises(PluginError, match="is disabled: INRKIT_DISABLE_PLUGINS names it"):
        discovery.load_registry().get("inr", "siren-plugin")


def test_two_plugins_with_one_name_need_the_qualified_one(site, record):
    site.offer("one-siren", siren("one_siren.model:Siren"), model=MODEL)
    site.offer("two-siren", siren("two_siren.model:Siren"), version="2.0", model=MODEL)
    registry = discovery.load_registry()
    assert registry.names("inr") == ["one-siren/siren", "two-siren/siren"]
    with pytest.raises(PluginError) as caught:
        registry.get("inr", "siren")
    assert str(caught.value) == (
        "inr 'siren' is offered by one-siren 1.0 and two-siren 2.0. Say which one: one-siren/siren or two-siren/siren."
    )
    assert registry.get("inr", "one-siren/siren").__module__ == "one_siren.model"
    assert registry.get("inr", "two-siren/siren").__module__ == "two_siren.model"
    assert record("one-siren").state == record("two-siren").state == "conflict"
    assert "also offered by two-siren 2.0: say one-siren/siren" in record("one-siren").reason


def test_one_name_for_things_of_two_kinds_is_no_conflict(site, record):
    site.offer("siren-plugin", siren(), "Encoder(name='siren', target='m:E', summary='')")
    assert record("siren-plugin").state == "ok"


def test_a_core_name_is_never_shadowed(site, record):
    site.offer("rival", "Dataset(name='toy', target='rival.model:Toy', summary='')")
    registry = discovery.load_registry()
    assert registry.find("dataset", "toy").distribution == "inrkit"
    assert registry.find("dataset", "rival/toy").distribution == "rival"
    assert registry.names("dataset") == ["rival/toy", "toy"]
    assert record("inrkit").state == "ok"
    assert record("rival").state == "conflict"


METHOD = "Method(name='m', target='siren_plugin.model:M', summary='', encoder='e', hypernetwork='h', inr='i'{})"


def test_a_methods_importer_is_a_function(site):
    site.offer("siren-plugin", METHOD.format(", importer='siren_plugin.model:function'"), model=MODEL)
    assert discovery.load_registry().importer("m")() == "imported"


def test_a_method_may_have_no_importer(site):
    site.offer("siren-plugin", METHOD.format(""), model=MODEL)
    with pytest.raises(BadInput, match="cannot read checkpoints"):
        discovery.load_registry().importer("m")


def test_everything_that_the_core_declares_exists(site, monkeypatch):
    monkeypatch.setenv("INRKIT_NO_PLUGINS", "1")
    registry = discovery.load_registry()
    for entry in registry.entries():
        registry.get(entry.declaration.kind, entry.declaration.name)
        registry.options(entry.declaration.kind, entry.declaration.name)
