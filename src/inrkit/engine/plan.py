"""From what was asked for to everything a run needs: the configuration, the clips, the method."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, cast

import torch
from pydantic import BaseModel

from inrkit import declare
from inrkit.discovery import load_registry
from inrkit.discovery.find import CORE
from inrkit.engine.config import ComponentConfig, DataConfig, RunConfig
from inrkit.engine.data import Clips, fingerprint, gather
from inrkit.engine.options import DataOptions, TrainOptions
from inrkit.engine.own_settings import own_settings
from inrkit.engine.progressive import stages_of, total_steps
from inrkit.engine.reporter import Reporter
from inrkit.errors import BadInput, did_you_mean
from inrkit.interfaces import Dataset, Method, Situation
from inrkit.options import resolve

TOY = "toy"
"""The dataset, and the preset if the method has one, that are used without a SOURCE."""


@dataclass(frozen=True)
class Request:
    """What was asked for; None and {} mean the default.

    Attributes:
        plugin: The name of a method; None where only one is installed.
        source: A path, the name of a dataset, or None for the generated toy videos.
        device: "auto", "cpu", "cuda", "cuda:i" or "mps".
        layers: Options, ``"section.key"`` or ``"key"`` to value; later layers win.
    """

    plugin: str | None = None
    source: str | None = None
    preset: str | None = None
    encoder: str | None = None
    hypernetwork: str | None = None
    inr: str | None = None
    val: str | None = None
    seed: int | None = None
    device: str = "auto"
    init_from: str | None = None
    layers: tuple[Mapping[str, Any], ...] = field(default=())


@dataclass
class Plan:
    """What a training needs."""

    config: RunConfig
    method: Method
    train: Clips
    held_out: Clips


def make_plan(request: Request, reporter: Reporter) -> Plan:
    """Settle everything, checking all that can be checked before the clips are prepared.

    Raises:
        BadInput: An unknown name, preset, key or value; a bad source.
        PluginError: A plugin asked for is broken.
    """
    registry = load_registry()
    plugin = choose_method(request.plugin)
    declared = cast(declare.Method, registry.find("method", plugin).declaration)
    cls: type[Method] = registry.get("method", plugin)
    chosen = {kind: getattr(request, kind) or getattr(declared, kind) for kind in ("encoder", "hypernetwork", "inr")}
    for kind, name in chosen.items():
        registry.get(kind, name)
    foreign = chosen["inr"] != declared.inr or registry.find("method", plugin).distribution == CORE
    dataset = _dataset(request.source)
    preset = _preset(declared, request)
    models = option_models({"method": plugin, **chosen} | ({"dataset": dataset} if dataset else {}))
    source: str | Dataset = registry.get("dataset", dataset)() if dataset else cast(str, request.source)

    def settle(situation: Situation) -> dict[str, BaseModel]:
        settings = cls.preset(preset, situation) if preset else {}
        brought = own_settings(chosen["inr"], situation) if foreign else {}
        layers = (brought, _applicable(settings, models, declared, chosen))
        options = resolve(models, *layers, *request.layers)
        prepared = source.settings(options["dataset"]) if isinstance(source, Dataset) else {}
        return resolve(models, *layers, prepared, _scheduled(options, situation), *request.layers)

    device = resolve_device(request.device)
    first = settle(Situation(0, None, device.partition(":")[0]))
    cls(first["method"])  # what it lacks (weights files) is said before any preparation
    data = cast(DataOptions, first["data"])
    train, held_out, notes = gather(source, first.get("dataset"), request.val, data, reporter.preparing)
    lost = {*train.store.warnings(), *held_out.store.warnings()}  # said even when quiet
    for note in notes:
        (reporter.warn if note in lost else reporter.note)(note)
    options = settle(Situation(len(train), train.shape, device.partition(":")[0]))
    training = cast(TrainOptions, options["train"])
    stages = stages_of(training.progressive, len(train), training.batch, training.steps)
    if stages and stages[-1].clips < len(train):
        notes.append(
            f"The training ends with the first {stages[-1].clips} of {len(train)} clips: the others are unseen."
        )
        reporter.warn(notes[-1])
    config = RunConfig(
        inrkit=version("inrkit"),
        preset=preset,
        method=component("method", plugin, options["method"]),
        **{kind: component(kind, name, options[kind]) for kind, name in chosen.items()},
        data=DataConfig(
            source=(request.source or TOY) if dataset else _place(request.source),
            dataset=component("dataset", dataset, options["dataset"]) if dataset else None,
            val=_place(request.val),
            options=cast(DataOptions, options["data"]),
            clip_shape=train.shape,
            fps=train.store.clips[0].fps,
            clips=train.names,
            held_out=held_out.names,
            content=fingerprint(train, held_out),
            notes=notes,
        ),
        train=training,
        stages=stages,
        seed=request.seed or 0,
        device=device,
        init_from=_place(request.init_from),
        environment=environment(),
    )
    return Plan(config, make_method(config), train, held_out)


def choose_method(name: str | None) -> str:
    """`name`, or the one method that is installed, the core's own aside.

    Raises:
        BadInput: None is named, and there is not just one.
    """
    registry = load_registry()
    known = sorted(registry.typed(entry) for entry in registry.entries("method") if entry.distribution != CORE)
    if name is None and len(known) != 1:
        raise BadInput("no method is named", f"Add --plugin NAME. {did_you_mean('', known)}")
    return name or known[0]


def option_models(names: Mapping[str, str]) -> dict[str, type[BaseModel]]:
    """Section to options model: those of the named components, by kind, and the core's own."""
    registry = load_registry()
    own: dict[str, type[BaseModel]] = {"train": TrainOptions, "data": DataOptions}
    return own | {kind: registry.options(kind, name) for kind, name in names.items()}


def check_same(request: Request, config: RunConfig) -> None:
    """A resumed run goes on as it was begun: whatever is asked for explicitly must be what it has.

    Raises:
        BadInput: Something differs.
    """
    source = request.source if config.data.dataset else _place(request.source)
    asked = {
        "plugin": (_short("method", request.plugin), config.method.name),
        "source": (source, config.data.source),
        "preset": (request.preset, config.preset),
        "seed": (request.seed, config.seed),
        "val": (_place(request.val), config.data.val),
        "init-from": (_place(request.init_from), config.init_from),
        **{
            kind: (_short(kind, getattr(request, kind)), getattr(config, kind).name)
            for kind in ("encoder", "hypernetwork", "inr")
        },
    }
    differing = [f"{name} is {had}, not {want}" for name, (want, had) in asked.items() if want not in (None, had)]
    if not differing:
        differing = _differing_options(request, config)
    if differing:
        raise BadInput(
            f"the run to resume was begun otherwise: {'; '.join(differing)}",
            "Resume it as it is, or start another with --init-from.",
        )


def _differing_options(request: Request, config: RunConfig) -> list[str]:
    parts = {kind: getattr(config, kind) for kind in ("method", "encoder", "hypernetwork", "inr")}
    if config.data.dataset:
        parts["dataset"] = config.data.dataset
    saved = {f"{kind}.{key}": value for kind, part in parts.items() for key, value in part.options.items()}
    for section, options in (("train", config.train), ("data", config.data.options)):
        saved |= {f"{section}.{key}": value for key, value in options.model_dump(mode="json").items()}
    models = option_models({kind: part.name for kind, part in parts.items()})
    before, after = resolve(models, saved), resolve(models, saved, *request.layers)
    differing = []
    for section, settled in before.items():
        had, wanted = settled.model_dump(mode="json"), after[section].model_dump(mode="json")
        differing += [f"{section}.{key} is {had[key]}, not {wanted[key]}" for key in had if had[key] != wanted[key]]
    return differing


def _short(kind: str, name: str | None) -> str | None:
    """The shortest name that means what `name` means."""
    registry = load_registry()
    return None if name is None else registry.typed(registry.find(kind, name))


def _place(path: str | None) -> str | None:
    """A path that means the same from any folder, and however it was typed."""
    return None if path is None else str(Path(path).resolve())


def resolve_device(wanted: str) -> str:
    """The device meant by "auto", or `wanted` if it is here.

    Raises:
        BadInput: It is unknown or not on this machine.
    """
    if wanted == "auto":
        return "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    kind, _, index = wanted.partition(":")
    if kind not in ("cpu", "cuda", "mps") or (":" in wanted and not (kind == "cuda" and index.isdecimal())):
        raise BadInput(f"unknown device {wanted!r}", "Use auto, cpu, cuda, cuda:INDEX or mps.")
    if kind == "cuda" and int(index or 0) >= torch.cuda.device_count():
        raise BadInput(f"there is no {wanted} here ({torch.cuda.device_count()} CUDA devices)", "Use --device cpu.")
    if kind == "mps" and not torch.backends.mps.is_available():
        raise BadInput("there is no mps device here", "Use --device cpu.")
    return wanted


def reopen(config: RunConfig, reporter: Reporter) -> Plan:
    """The plan of a run that was begun; the clips must be those it was begun with.

    Raises:
        BadInput: The source is gone or gives other clips, or the run was imported and has none.
    """
    if config.data.source is None:
        raise BadInput("an imported run has no videos to go on training with", "Start a run with --init-from.")
    train, held_out = clips_again(config, reporter)
    return Plan(config, make_method(config), train, held_out)


def follow(config: RunConfig, reporter: Reporter) -> Plan:
    """The plan that another process has made. It has looked at every pixel; here names are enough.

    Raises:
        BadInput: The source gives other clips here.
    """
    train, held_out = clips_again(config, reporter, by_name=True)
    return Plan(config, make_method(config), train, held_out)


def clips_again(config: RunConfig, reporter: Reporter, *, by_name: bool = False) -> tuple[Clips, Clips]:
    """The clips that a run was begun with: those to train on, and those held out.

    Args:
        by_name: Do not look at their pixels.

    Raises:
        BadInput: The source is gone or gives other clips.
    """
    registry = load_registry()
    data = config.data
    assert data.source is not None
    source: str | Dataset = data.source
    options: BaseModel | None = None
    if data.dataset:
        source = registry.get("dataset", data.dataset.name)()
        model = registry.options("dataset", data.dataset.name)
        options = resolve({"dataset": model}, data.dataset.options)["dataset"]
    train, held_out, _ = gather(source, options, data.val, data.options, reporter.preparing)
    same_names = train.names == data.clips and held_out.names == data.held_out
    if not same_names or not (by_name or data.content in (None, fingerprint(train, held_out))):
        change = "what they show has changed" if same_names else f"{len(data.clips)} then, {len(train)} now"
        raise BadInput(
            f"{data.source} no longer gives the clips this run was begun with: {change}",
            "Restore the videos, or start a new run with --init-from.",
        )
    return train, held_out


def make_method(config: RunConfig) -> Method:
    """The method of a run, with its options."""
    from inrkit.engine.build import options_of

    cls: Any = load_registry().get("method", config.method.name)
    return cast(Method, cls(options_of("method", config.method)))


def environment() -> dict[str, str]:
    """What else a run may depend on."""
    names = ("torch", "numpy", "av", "torchvision", "lpips")
    return (
        {"python": platform.python_version(), "platform": platform.platform()}
        | {name: found for name in names if (found := _version(name))}
        | {"threads": str(torch.get_num_threads())}
    )


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _dataset(source: str | None) -> str | None:
    """The name of the dataset that `source` means, if it is no path."""
    if source is None:
        return TOY
    known = load_registry().names("dataset")
    return source if source in known and not Path(source).exists() else None


def _preset(declared: declare.Method, request: Request) -> str | None:
    presets = declared.presets
    if request.preset is not None and request.preset not in presets:
        raise BadInput(f"{declared.name} has no preset {request.preset!r}", did_you_mean(request.preset, presets))
    default = TOY if request.source is None and TOY in presets else next(iter(presets), None)
    return request.preset or default


def _scheduled(options: Mapping[str, BaseModel], situation: Situation) -> dict[str, int]:
    """As many steps as a progressive schedule has, if it says so: more than a preset says, less than the user does."""
    train = cast(TrainOptions, options["train"])
    total = total_steps(train.progressive, situation.clips, train.batch) if train.progressive else None
    return {"train.steps": total} if total else {}


def _applicable(
    settings: Mapping[str, Any],
    models: Mapping[str, type[BaseModel]],
    declared: declare.Method,
    chosen: Mapping[str, str],
) -> dict[str, Any]:
    """A preset's settings without those meant for a default component that was swapped, unless it knows them too."""
    swapped = {kind for kind, name in chosen.items() if name != getattr(declared, kind)}

    def applies(key: str) -> bool:
        section, _, field_name = key.partition(".")
        return section not in swapped or field_name in models[section].model_fields

    return {key: value for key, value in settings.items() if applies(key)}


def component(kind: str, name: str, options: BaseModel) -> ComponentConfig:
    """What config.json says of a component."""
    registry = load_registry()
    entry = registry.find(kind, name)
    return ComponentConfig(
        name=registry.typed(entry),
        distribution=entry.distribution,
        version=entry.version,
        options=options.model_dump(mode="json"),
    )
