"""What this distribution offers; imported at start, so nothing heavy."""

from __future__ import annotations

from inrkit import declare, hookimpl

_PRESETS = {
    "fast": "64x64 clips on a CPU",
    "toy": "for the generated toy videos; minutes on two cores",
}


@hookimpl
def inrkit_methods() -> list[declare.Method]:
    """The methods: one INR and one hypernetwork, and a latent found in three ways."""
    inner = "Functa: a latent from a few gradient steps, which training goes through (ICML 2022)"
    codes = "Functa with a learned latent for each training clip (auto-decoding)"
    frames = "VidFuncta: a latent for the clip, and a small one for each frame (2025)"
    return [
        _method("functa", "Functa", "inner-loop", inner),
        _method("functa-codes", "FunctaCodes", "codebook", codes),
        _method("vidfuncta", "VidFuncta", "clip-and-frames", frames),
    ]


def _method(name: str, target: str, encoder: str, summary: str) -> declare.Method:
    return declare.Method(
        name=name,
        target=f"inrkit_functa.method:{target}",
        summary=summary,
        encoder=encoder,
        hypernetwork="modulations",
        inr="modulated-siren",
        presets=_PRESETS,
    )


@hookimpl
def inrkit_inrs() -> list[declare.INR]:
    """The network that all videos share."""
    return [
        declare.INR(
            name="modulated-siren",
            target="inrkit_functa.modulated_siren:ModulatedSiren",
            options="inrkit_functa.options:ModulatedSirenOptions",
            summary="A shared sine MLP; shifts, and low-rank changes of its layers, per video or per frame",
        )
    ]


@hookimpl
def inrkit_hypernetworks() -> list[declare.HyperNetwork]:
    """The map from latents to modulations."""
    return [
        declare.HyperNetwork(
            name="modulations",
            target="inrkit_functa.modulations:Modulations",
            options="inrkit_functa.options:ModulationsOptions",
            summary="One linear map from all latents to what differs per video",
        )
    ]


@hookimpl
def inrkit_encoders() -> list[declare.Encoder]:
    """The ways to a latent."""
    return [
        declare.Encoder(
            name="inner-loop",
            target="inrkit_functa.inner_loop:InnerLoop",
            options="inrkit_functa.options:InnerLoopOptions",
            summary="A few gradient steps from a learned start, at learned rates (meta-learning)",
        ),
        declare.Encoder(
            name="clip-and-frames",
            target="inrkit_functa.clip_and_frames:ClipAndFrames",
            options="inrkit_functa.options:ClipAndFramesOptions",
            summary="A learned code for each training clip, and a small one for each of its frames",
        ),
    ]
