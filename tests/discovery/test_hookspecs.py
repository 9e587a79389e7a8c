"""The documentation of the hooks is tested: each example is a plugin that works."""

import inspect
import textwrap

import pytest

from inrkit import declare, hookspecs
from inrkit.discovery.check import HOOKS


def test_there_is_a_hook_for_every_kind():
    specs = [name for name, value in vars(hookspecs).items() if hasattr(value, "inrkit_spec")]
    assert specs == [f"inrkit_{kind.kind}s" for kind in declare.KINDS] == list(HOOKS)


@pytest.mark.parametrize("hook", HOOKS)
def test_the_example_of_a_hook_is_a_complete_plugin(site, record, hook):
    documentation = inspect.getdoc(getattr(hookspecs, hook)) or ""
    site.install("documented", textwrap.dedent(documentation.partition("Example::")[2]))
    assert record("documented").state == "ok", record("documented").reason
    assert [f"inrkit_{item.kind}s" for item in record("documented").provides] == [hook]
