"""Everything public is on a page of the reference. Signatures are taken from the code when the pages are built."""

import inspect
import re
from pathlib import Path

import pytest

import inrkit
import inrkit.testing
from inrkit import declare, hookspecs

REFERENCE = Path(__file__).parents[2] / "docs/reference"
API = (REFERENCE / "api.md").read_text()
SHOWN = dict(re.findall(r"autoclass:: inrkit\.(\w+)\n(?: +:members: (.*)\n)?", API))
MODULES = {"declare"}
"""Public modules, which have a page of their own."""


@pytest.mark.parametrize("name", [*inrkit.__all__])
def test_a_public_name_is_documented(name):
    page = (REFERENCE / "hooks.md").read_text() if name in MODULES | {"hookimpl"} else API
    assert re.search(rf"inrkit\.(\w+\.)?{name}\b", page), f"docs/reference does not mention inrkit.{name}"


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_so_is_what_its_class_offers(name):
    own = vars(getattr(inrkit, name))
    offered = {key for key, value in own.items() if not key.startswith("_") and _is_member(value)}
    inherited = {"run"} if name == "ObservationTask" else set()
    listed = set(filter(None, SHOWN[name].split(", ")))
    assert offered - inherited <= listed, f"docs/reference/api.md leaves out {sorted(offered - listed)} of {name}"


@pytest.mark.parametrize("name", inrkit.testing.__all__)
def test_so_is_what_plugins_are_tested_with(name):
    assert f"inrkit.testing.{name}\n" in (REFERENCE.parent / "testing-plugins.md").read_text()


@pytest.mark.parametrize("kind", declare.KINDS, ids=lambda kind: kind.kind)
def test_every_kind_has_a_hook_with_an_example(kind):
    hook = getattr(hookspecs, f"inrkit_{kind.kind}s")
    assert f"declare.{kind.__name__}(" in inspect.getdoc(hook)
    assert inspect.getdoc(kind)


def _is_member(value):
    return inspect.isfunction(value) or isinstance(value, (property, classmethod)) or hasattr(value, "attrname")
