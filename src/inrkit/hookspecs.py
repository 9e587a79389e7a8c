"""The hooks: one per kind of thing that a plugin can offer.

A plugin is a light module, named in the entry-point group ``inrkit`` of its distribution::

    [project.entry-points.inrkit]
    my-siren = "my_siren.plugin"

Its functions marked with :data:`hookimpl` return declarations (see :mod:`inrkit.declare`). Discovery imports that
module and nothing else; the classes that it names are imported when somebody uses them. The example of each hook is
a whole plugin module.
"""

from __future__ import annotations

from collections.abc import Iterable

import pluggy

from inrkit import declare

hookspec = pluggy.HookspecMarker("inrkit")
"""Marks the hooks below. Only the core uses it."""

hookimpl = pluggy.HookimplMarker("inrkit")
"""Marks a plugin's function as one of the hooks below; the function has the hook's name."""


@hookspec
def inrkit_methods() -> Iterable[declare.Method]:
    """Offer methods: a loss, the three components and the presets that belong together.

    The target is a class derived from :class:`inrkit.Method`. The components are named, so that a user may swap any
    of them; the first preset is the default.

    Example::

        from inrkit import declare, hookimpl

        @hookimpl
        def inrkit_methods():
            return [
                declare.Method(
                    name="functa",
                    target="my_functa.method:Functa",
                    options="my_functa.options:FunctaOptions",
                    summary="Modulations found by three gradient steps",
                    encoder="functa",
                    hypernetwork="identity",
                    inr="siren",
                    presets={"small": "Clips of 64 pixels on one GPU", "toy": "Two minutes on a CPU"},
                )
            ]
    """
    return ()


@hookspec
def inrkit_encoders() -> Iterable[declare.Encoder]:
    """Offer encoders: clips to latents. The target is a class derived from :class:`inrkit.Encoder`.

    Example::

        from inrkit import declare, hookimpl

        @hookimpl
        def inrkit_encoders():
            return [
                declare.Encoder(
                    name="functa",
                    target="my_functa.encoder:InnerLoop",
                    options="my_functa.options:InnerLoopOptions",
                    summary="Latents found by a few gradient steps",
                )
            ]
    """
    return ()


@hookspec
def inrkit_hypernetworks() -> Iterable[declare.HyperNetwork]:
    """Offer hypernetworks: latents to weights. The target is a class derived from :class:`inrkit.HyperNetwork`.

    Example::

        from inrkit import declare, hookimpl

        @hookimpl
        def inrkit_hypernetworks():
            return [
                declare.HyperNetwork(
                    name="transformer",
                    target="my_transformer.model:Transformer",
                    options="my_transformer.options:TransformerOptions",
                    summary="Weight tokens that attend to the latents",
                )
            ]
    """
    return ()


@hookspec
def inrkit_inrs() -> Iterable[declare.INR]:
    """Offer INRs: coordinates and one video's weights to colours. The target derives from :class:`inrkit.INR`.

    Example::

        from inrkit import declare, hookimpl

        @hookimpl
        def inrkit_inrs():
            return [
                declare.INR(
                    name="siren",
                    target="my_siren.model:Siren",
                    options="my_siren.options:SirenOptions",
                    summary="An MLP with sine activations",
                )
            ]
    """
    return ()


@hookspec
def inrkit_tasks() -> Iterable[declare.Task]:
    """Offer tasks: each becomes the command ``inrkit NAME``, with its options as flags.

    The target is a class derived from :class:`inrkit.Task`, or from :class:`inrkit.ObservationTask` if it only says
    what can be seen of a video.

    Example::

        from inrkit import declare, hookimpl

        @hookimpl
        def inrkit_tasks():
            return [
                declare.Task(
                    name="colourisation",
                    target="my_tasks.colourisation:Colourisation",
                    options="my_tasks.options:ColourisationOptions",
                    summary="Give a grey video its colours",
                )
            ]
    """
    return ()


@hookspec
def inrkit_samplers() -> Iterable[declare.Sampler]:
    """Offer samplers: new latents from those of the training clips. The target derives from :class:`inrkit.Sampler`.

    Example::

        from inrkit import declare, hookimpl

        @hookimpl
        def inrkit_samplers():
            return [
                declare.Sampler(
                    name="flow",
                    target="my_flow.sampler:Flow",
                    options="my_flow.options:FlowOptions",
                    summary="A normalising flow over the latents",
                )
            ]
    """
    return ()


@hookspec
def inrkit_datasets() -> Iterable[declare.Dataset]:
    """Offer datasets: named sources of videos. The target is a class derived from :class:`inrkit.Dataset`.

    Example::

        from inrkit import declare, hookimpl

        @hookimpl
        def inrkit_datasets():
            return [
                declare.Dataset(
                    name="bouncing-balls",
                    target="my_balls.dataset:BouncingBalls",
                    options="my_balls.options:BallOptions",
                    summary="Balls in a box, drawn on the fly",
                )
            ]
    """
    return ()


@hookspec
def inrkit_metrics() -> Iterable[declare.Metric]:
    """Offer metrics: numbers that say how good a video is. The target is a class derived from :class:`inrkit.Metric`.

    Example::

        from inrkit import declare, hookimpl

        @hookimpl
        def inrkit_metrics():
            return [
                declare.Metric(
                    name="flicker",
                    target="my_metrics.flicker:Flicker",
                    summary="Mean change of brightness between frames",
                )
            ]
    """
    return ()
