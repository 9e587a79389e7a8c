"""The core's own declarations. Their short names are never given to anybody else."""

from __future__ import annotations

from inrkit import declare
from inrkit.hookspecs import hookimpl


@hookimpl
def inrkit_encoders() -> list[declare.Encoder]:
    """Codes that the core learns and keeps."""
    return [
        declare.Encoder(
            name="codebook",
            target="inrkit.builtin.codebook:Codebook",
            options="inrkit.builtin.options:CodebookOptions",
            summary="One learned code per training clip (auto-decoding)",
        ),
        declare.Encoder(
            name="table",
            target="inrkit.builtin.table:Table",
            summary="Codes that are the weights themselves: one network per video",
        ),
    ]


@hookimpl
def inrkit_methods() -> list[declare.Method]:
    """One network per video; INRs come with plugins."""
    return [
        declare.Method(
            name="single-inr",
            target="inrkit.builtin.single_inr:SingleINR",
            summary="One network per video, nothing shared: no space, but what an INR can show",
            encoder="table",
            hypernetwork="identity",
            inr="nerf-mlp",
            presets={"single": "some 2,000 pixels of each video in each of 6,000 steps"},
        )
    ]


@hookimpl
def inrkit_hypernetworks() -> list[declare.HyperNetwork]:
    """The one that does nothing."""
    return [
        declare.HyperNetwork(
            name="identity",
            target="inrkit.interfaces.hypernetwork:HyperNetwork",
            summary="The latents are the weights",
        )
    ]


@hookimpl
def inrkit_tasks() -> list[declare.Task]:
    """What there is to see in a space."""
    return [
        declare.Task(
            name="sample",
            target="inrkit.builtin.sample:Sample",
            options="inrkit.builtin.space_options:SampleOptions",
            summary="Draw videos that never existed",
        ),
        declare.Task(
            name="interpolate",
            target="inrkit.builtin.interpolate:Interpolate",
            options="inrkit.builtin.space_options:InterpolateOptions",
            summary="Show the videos between two, or between four",
        ),
    ]


@hookimpl
def inrkit_samplers() -> list[declare.Sampler]:
    """Between known latents, or from a distribution fitted to them."""
    return [
        declare.Sampler(
            name="slerp",
            target="inrkit.samplers.slerp:Slerp",
            options="inrkit.samplers.options:SlerpOptions",
            summary="Spherical interpolation between the latents of training clips",
        ),
        declare.Sampler(
            name="gaussian",
            target="inrkit.samplers.gaussian:Gaussian",
            options="inrkit.samplers.options:GaussianOptions",
            summary="A normal distribution with their mean and covariance",
        ),
        declare.Sampler(
            name="gmm",
            target="inrkit.samplers.gmm:GMM",
            options="inrkit.samplers.options:GmmOptions",
            summary="A mixture of normal distributions, fitted to them",
        ),
    ]


@hookimpl
def inrkit_datasets() -> list[declare.Dataset]:
    """Videos that need no download."""
    return [
        declare.Dataset(
            name="toy",
            target="inrkit.builtin.toy:Toy",
            options="inrkit.builtin.options:ToyOptions",
            summary="Small moving shapes, drawn on the fly",
        )
    ]


@hookimpl
def inrkit_metrics() -> list[declare.Metric]:
    """How like its truth a video is, and how one set of videos is beside another."""
    return [
        declare.Metric(
            name="psnr",
            target="inrkit.metrics.psnr:PSNR",
            summary="Peak signal-to-noise ratio in dB",
        ),
        declare.Metric(
            name="ssim",
            target="inrkit.metrics.ssim:SSIM",
            summary="Structural similarity, 1 where equal",
        ),
        declare.Metric(
            name="ms-ssim",
            target="inrkit.metrics.ms_ssim:MSSSIM",
            summary="Structural similarity at five scales, from 176x176 pixels; needs inrkit[metrics]",
        ),
        declare.Metric(
            name="lpips",
            target="inrkit.metrics.lpips:LPIPS",
            options="inrkit.metrics.options:LpipsOptions",
            summary="How different frames look to a network, 0 where equal; needs inrkit[metrics] and its weights",
        ),
        declare.Metric(
            name="static-gain",
            target="inrkit.metrics.static_gain:StaticGain",
            summary="PSNR in dB above that of the clip's mean frame held still",
        ),
        declare.Metric(
            name="temporal",
            target="inrkit.metrics.temporal:Temporal",
            summary="Error of the changes from frame to frame, in grey levels",
        ),
        declare.Metric(
            name="nearest",
            target="inrkit.metrics.nearest:Nearest",
            options="inrkit.metrics.options:NearestOptions",
            summary="PSNR in dB of each generated video to the nearest real one: whether it was only remembered",
        ),
        declare.Metric(
            name="diversity",
            target="inrkit.metrics.diversity:Diversity",
            summary="How different generated videos are from one another, and real ones, in grey levels",
        ),
        declare.Metric(
            name="fvd",
            target="inrkit.metrics.fvd:FVD",
            options="inrkit.metrics.frechet_options:FvdOptions",
            summary="Fréchet video distance after StyleGAN-V; needs its detector, a TorchScript file",
        ),
        declare.Metric(
            name="frechet-clip",
            target="inrkit.metrics.frechet_clip:FrechetClip",
            options="inrkit.metrics.frechet_options:FrechetClipOptions",
            summary="Fréchet distance of CLIP's features of frames; needs inrkit[clip] and CLIP's weights",
        ),
    ]
