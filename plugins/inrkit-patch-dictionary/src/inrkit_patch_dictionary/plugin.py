"""What this distribution offers; imported at start, so nothing heavy."""

from __future__ import annotations

from inrkit import declare, hookimpl


@hookimpl
def inrkit_methods() -> list[declare.Method]:
    """The method and its presets."""
    return [
        declare.Method(
            name="patch-dictionary",
            target="inrkit_patch_dictionary.method:PatchDictionary",
            summary="A still picture, and motion from a shared dictionary: the fastest on a CPU",
            encoder="latent-grids",
            hypernetwork="grid-nets",
            inr="patch-dictionary",
            presets={
                "fast": "64x64 clips on a CPU",
                "toy": "for the generated toy videos; minutes on two cores",
            },
        )
    ]


@hookimpl
def inrkit_inrs() -> list[declare.INR]:
    """The INR."""
    return [
        declare.INR(
            name="patch-dictionary",
            target="inrkit_patch_dictionary.patch_dictionary:PatchDictionary",
            options="inrkit_patch_dictionary.options:PatchDictionaryOptions",
            summary="A still picture in patches, and shared atoms of what moves",
        )
    ]


@hookimpl
def inrkit_hypernetworks() -> list[declare.HyperNetwork]:
    """The map from codes to weights."""
    return [
        declare.HyperNetwork(
            name="grid-nets",
            target="inrkit_patch_dictionary.grid_nets:GridNets",
            options="inrkit_patch_dictionary.options:GridNetsOptions",
            summary="A small convolutional network for each grid of weights, patch by patch",
        )
    ]


@hookimpl
def inrkit_encoders() -> list[declare.Encoder]:
    """The codes."""
    return [
        declare.Encoder(
            name="latent-grids",
            target="inrkit_patch_dictionary.latent_grids:LatentGrids",
            options="inrkit_patch_dictionary.options:LatentGridsOptions",
            summary="Learned codes of each training clip: of the patches of a still picture, and of what moves",
        )
    ]
