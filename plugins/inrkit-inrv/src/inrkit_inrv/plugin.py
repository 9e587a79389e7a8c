"""What this distribution offers; imported at start, so nothing heavy."""

from __future__ import annotations

from inrkit import declare, hookimpl


@hookimpl
def inrkit_methods() -> list[declare.Method]:
    """The method and its presets."""
    return [
        declare.Method(
            name="inrv",
            target="inrkit_inrv.method:InrV",
            options="inrkit_inrv.options:InrVOptions",
            summary="INR-V: a continuous representation space of videos (TMLR 2022)",
            encoder="codebook",
            hypernetwork="mlp-heads",
            inr="nerf-mlp",
            presets={
                "fast": "the same architecture, trained on sampled points from a better start; good on a CPU",
                "toy": "a small one for the generated toy videos; minutes on two cores",
                "paper": "25x100x100 and the paper's values in everything; wants a GPU and days",
            },
            importer="inrkit_inrv.official:read_official",
        )
    ]


@hookimpl
def inrkit_encoders() -> list[declare.Encoder]:
    """The two ways in which INR-V holds its space together."""
    return [
        declare.Encoder(
            name="videoclip",
            target="inrkit_inrv.video_clip:VideoClip",
            options="inrkit_inrv.options:VideoClipOptions",
            summary="A learned code joined with what CLIP sees of the video; needs inrkit[clip] and CLIP's weights",
        ),
        declare.Encoder(
            name="gaussian-codebook",
            target="inrkit_inrv.prior:GaussianCodebook",
            options="inrkit_inrv.options:GaussianCodebookOptions",
            summary="A learned normal distribution per training clip, of which training draws (the Gaussian prior)",
        ),
    ]


@hookimpl
def inrkit_inrs() -> list[declare.INR]:
    """The primary network."""
    return [
        declare.INR(
            name="nerf-mlp",
            target="inrkit_inrv.nerf_mlp:NerfMLP",
            options="inrkit_inrv.options:NerfMLPOptions",
            summary="NeRF positional encoding and a ReLU MLP",
        )
    ]


@hookimpl
def inrkit_hypernetworks() -> list[declare.HyperNetwork]:
    """The hypernetwork."""
    return [
        declare.HyperNetwork(
            name="mlp-heads",
            target="inrkit_inrv.mlp_heads:MLPHeads",
            options="inrkit_inrv.options:MLPHeadsOptions",
            summary="One ReLU MLP for each weight tensor of the INR",
        )
    ]
