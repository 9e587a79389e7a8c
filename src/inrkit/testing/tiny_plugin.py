"""The smallest method, as a one-file plugin (``INRKIT_PLUGIN_MODULES=inrkit.testing.tiny_plugin``)."""

from __future__ import annotations

from inrkit import declare, hookimpl


@hookimpl
def inrkit_methods() -> list[declare.Method]:
    """The mean squared error, and the components that go with it."""
    return [
        declare.Method(
            name="tiny",
            target="inrkit.interfaces.method:Method",
            summary="The smallest method, for tests",
            encoder="codebook",
            hypernetwork="tiny",
            inr="tiny",
        )
    ]


@hookimpl
def inrkit_inrs() -> list[declare.INR]:
    """One hidden layer."""
    return [declare.INR(name="tiny", target="inrkit.testing.parts:TinyINR", summary="The smallest INR, for tests")]


@hookimpl
def inrkit_hypernetworks() -> list[declare.HyperNetwork]:
    """One matrix a tensor."""
    target = "inrkit.testing.parts:TinyHeads"
    return [declare.HyperNetwork(name="tiny", target=target, summary="The smallest hypernetwork, for tests")]
