"""What this distribution offers; imported at start, so nothing heavy."""

from __future__ import annotations

from inrkit import declare, hookimpl


@hookimpl
def inrkit_methods() -> list[declare.Method]:
    """The method and its presets."""
    return [
        declare.Method(
            name="trans-inr",
            target="inrkit_transformer.method:TransInr",
            summary="Trans-INR: a transformer sees a clip, and its weights are written in one pass (ECCV 2022)",
            encoder="vit",
            hypernetwork="lowrank",
            inr="pattern-mlp",
            presets={
                "fast": "64x64 clips on a CPU",
                "toy": "for the generated toy videos; minutes on two cores",
            },
        )
    ]


@hookimpl
def inrkit_encoders() -> list[declare.Encoder]:
    """The way from pixels to a latent."""
    return [
        declare.Encoder(
            name="vit",
            target="inrkit_transformer.vit:Vit",
            options="inrkit_transformer.options:VitOptions",
            summary="A small vision transformer over tubelets: a clip's latent in one pass",
        )
    ]


@hookimpl
def inrkit_hypernetworks() -> list[declare.HyperNetwork]:
    """The ways from latents to low-rank modulations of any INR."""
    return [
        declare.HyperNetwork(
            name="lowrank",
            target="inrkit_transformer.low_rank:LowRank",
            options="inrkit_transformer.options:LowRankOptions",
            summary="A small MLP that changes each of the INR's tensors by a low rank",
        ),
        declare.HyperNetwork(
            name="transformer",
            target="inrkit_transformer.weight_tokens:WeightTokens",
            options="inrkit_transformer.options:TransformerOptions",
            summary="A transformer whose learned tokens write low-rank changes of the INR's tensors",
        ),
    ]


@hookimpl
def inrkit_inrs() -> list[declare.INR]:
    """The network that all videos share but for one layer."""
    return [
        declare.INR(
            name="pattern-mlp",
            target="inrkit_transformer.pattern_mlp:PatternMLP",
            options="inrkit_transformer.options:PatternMLPOptions",
            summary="A shared MLP of waves, one early layer of which is composed of a video's own patterns",
        )
    ]
