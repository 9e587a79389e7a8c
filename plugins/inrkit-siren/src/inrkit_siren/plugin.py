"""What this distribution offers; imported at start, so nothing heavy."""

from __future__ import annotations

from inrkit import declare, hookimpl


@hookimpl
def inrkit_inrs() -> list[declare.INR]:
    """The networks."""
    return [
        declare.INR(
            name="siren",
            target="inrkit_siren.siren:Siren",
            options="inrkit_siren.options:SirenOptions",
            summary="An MLP of sines (SIREN, NeurIPS 2020)",
        ),
        declare.INR(
            name="fourier",
            target="inrkit_siren.fourier:Fourier",
            options="inrkit_siren.options:FourierOptions",
            summary="Random Fourier features and a ReLU MLP (NeurIPS 2020)",
        ),
    ]


@hookimpl
def inrkit_methods() -> list[declare.Method]:
    """A space of them."""
    return [
        declare.Method(
            name="siren",
            target="inrkit_siren.method:SirenSpace",
            summary="A space of SIRENs: a code for each video, and the hypernetwork of INR-V",
            encoder="codebook",
            hypernetwork="mlp-heads",
            inr="siren",
            presets={"fast": "sampled points and a start at SIREN's own initialisation; good on a CPU"},
        )
    ]
