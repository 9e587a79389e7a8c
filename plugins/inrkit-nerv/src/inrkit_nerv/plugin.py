"""What this distribution offers; imported at start, so nothing heavy."""

from __future__ import annotations

from inrkit import declare, hookimpl


@hookimpl
def inrkit_methods() -> list[declare.Method]:
    """One decoder for many videos, with a code for each video or with an embedding of each frame."""
    return [
        declare.Method(
            name="nerv",
            target="inrkit_nerv.method:NeRVMethod",
            options="inrkit_nerv.options:MethodOptions",
            summary="NeRV (NeurIPS 2021) for a space: a decoder that all videos share, and a code of each",
            encoder="codebook",
            hypernetwork="modulation",
            inr="nerv-shared",
            presets={
                "default": "minutes on a CPU; frames of any size",
                "toy": "for the generated toy videos",
            },
        ),
        declare.Method(
            name="hnerv",
            target="inrkit_nerv.method:HNeRVMethod",
            options="inrkit_nerv.options:MethodOptions",
            summary="Frame embeddings made from the frames themselves, and a decoder (HNeRV, CVPR 2023)",
            encoder="hnerv-encoder",
            hypernetwork="identity",
            inr="hnerv",
            presets={"default": "one video or many, minutes on a CPU"},
        ),
    ]


@hookimpl
def inrkit_inrs() -> list[declare.INR]:
    """All of a network per video, its modulations, or embeddings of its frames."""
    return [
        declare.INR(
            name="nerv",
            target="inrkit_nerv.nerv:NeRV",
            options="inrkit_nerv.options:NeRVOptions",
            summary="From the encoded t of a frame to its picture by convolutions; all weights per video (NeRV)",
        ),
        declare.INR(
            name="nerv-shared",
            target="inrkit_nerv.shared:SharedNeRV",
            options="inrkit_nerv.options:SharedNeRVOptions",
            summary="NeRV whose weights all videos share, but for scales and shifts of its features",
        ),
        declare.INR(
            name="hnerv",
            target="inrkit_nerv.hnerv:HNeRV",
            options="inrkit_nerv.options:HNeRVOptions",
            summary="From an embedding of each frame, which differs per video, to its picture (HNeRV)",
        ),
    ]


@hookimpl
def inrkit_encoders() -> list[declare.Encoder]:
    """Codes for clip and frames, and embeddings of frames."""
    return [
        declare.Encoder(
            name="frame-codebook",
            target="inrkit_nerv.frame_codebook:FrameCodebook",
            options="inrkit_nerv.options:FrameCodebookOptions",
            summary="A learned code per training clip, and a smaller one for each of its frames",
        ),
        declare.Encoder(
            name="hnerv-encoder",
            target="inrkit_nerv.frame_encoder:FrameEncoder",
            options="inrkit_nerv.options:FrameEncoderOptions",
            summary="A small convolutional network makes an embedding of each frame (HNeRV)",
        ),
    ]


@hookimpl
def inrkit_hypernetworks() -> list[declare.HyperNetwork]:
    """From latents to modulations."""
    return [
        declare.HyperNetwork(
            name="modulation",
            target="inrkit_nerv.modulation:Modulation",
            options="inrkit_nerv.options:ModulationOptions",
            summary="A linear map, or an MLP, from latents to few weights; latents of frames make weights of frames",
        )
    ]
