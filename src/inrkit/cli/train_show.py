"""What `inrkit train` prints: the plan of a dry run, and the result."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.table import Table

from inrkit.cli import console
from inrkit.cli.units import duration, megabytes

if TYPE_CHECKING:
    from inrkit.engine.config import RunConfig
    from inrkit.engine.plan import Plan


def show_configuration(config: RunConfig) -> None:
    """Every settled option, on stderr."""
    console.err.print(_configuration(config))


def show_plan(plan: Plan, estimate: dict[str, Any]) -> None:
    """The configuration, and what the training will take."""
    table = Table(title="What it will take", title_justify="left", box=None, show_header=False)
    clips, numbers, size = estimate["clips"], estimate["numbers_per_video"], estimate["bytes"]
    table.add_row("clips", f"{clips['train']} to train on, {clips['held_out']} held out, {plan.config.data.clip_shape}")
    for stage in plan.config.stages:
        table.add_row("stage", f"the first {stage.clips:,} clips, to step {stage.end:,}")
    for name, count in estimate["parameters"].items():
        table.add_row(f"parameters of the {name}", f"{count:,}")
    table.add_row("numbers per video", f"{numbers['latent']:,} in the latent, {numbers['weights']:,} in the INR")
    table.add_row(
        "a step", f"{estimate['flops_per_step'] / 1e9:.2f} GFLOP, {estimate['seconds_per_step'] * 1e3:.0f} ms"
    )
    taken = ", ".join(f"{megabytes(count)} of the {name}" for name, count in estimate["memory"].items())
    table.add_row("memory", f"{taken}: " + ", ".join(f"{name} {megabytes(count)}" for name, count in size.items()))
    table.add_row(
        "time", f"about {duration(estimate['seconds'])} for {plan.config.train.steps:,} steps, measuring apart"
    )
    console.result(Group(_configuration(plan.config), "", table))


def show_result(path: Path, result: dict[str, Any]) -> None:
    """The measurements, the pictures, and what to type next."""
    console.result(Group(result_table(result), ""))
    for name, what in (
        ("train.png", "training clips, truth above reconstruction"),
        ("held-out.png", "held-out clips, truth above the nearest video in the space"),
        ("novel.png", "videos that never existed"),
        ("interpolation.png", "from one training clip to another"),
    ):
        if (path / "samples" / name).is_file():
            console.result(f"{path / 'samples' / name}  {what}")
    console.result(
        f"\nNext: inrkit info {quote(str(path))}\n"
        f"      inrkit render {quote(str(path))} --clip 0 --size 128 --out clip.mp4\n"
        "Anew: the same command with --overwrite, without --resume, or another --out"
    )


def result_table(result: dict[str, Any]) -> Table:
    """PSNR beside the static floor."""
    table = Table("", "clips", "PSNR", "static floor", "above it", "worst", "best", box=None)
    for key, name in (("train", "training clips"), ("held_out", "held-out clips (fitted)")):
        row = result.get(key)
        if row:
            decibels = (f"{row[k]:.2f} dB" for k in ("psnr", "static_floor", "above_floor", "worst", "best"))
            table.add_row(name, str(row["clips"]), *decibels)
    if "seconds" in result:
        speed = f"{result['clips_per_second']:.0f} clips/s"
        table.caption = f"{result['steps']:,} steps in {duration(result['seconds'])}, {speed}"
    return table


def _configuration(config: RunConfig) -> Table:
    table = Table(
        title=f"{config.method.name}, preset {config.preset}", title_justify="left", box=None, show_header=False
    )
    for kind in ("method", "encoder", "hypernetwork", "inr"):
        component = getattr(config, kind)
        table.add_row(
            kind, f"{component.name} ({component.distribution} {component.version})", _pairs(component.options)
        )
    if config.data.dataset:
        table.add_row("dataset", config.data.dataset.name, _pairs(config.data.dataset.options))
    table.add_row("data", config.data.source or "", _pairs(config.data.options.model_dump(mode="json")))
    table.add_row("train", f"seed {config.seed}, {config.device}", _pairs(config.train.model_dump(mode="json")))
    return table


def _pairs(options: dict[str, Any]) -> str:
    return "  ".join(f"{key}={value}" for key, value in options.items() if value is not None)
