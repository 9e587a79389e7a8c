"""The section that says how the run was made: its configuration, and the environment it was trained in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from inrkit.report.page.html import Html, tag
from inrkit.report.page.parts import DASH, clips_in_words, details, lead, section, table
from inrkit.report.page.subject import Subject

LONG = 200
"""Characters of a value that are shown."""


def settings(subject: Subject) -> Html:
    """Every option, by component, and what was installed."""
    config = subject.run.config
    tables = [_component(kind, getattr(config, kind)) for kind in ("method", "encoder", "hypernetwork", "inr")]
    options = config.data.options.model_dump(mode="json") | {"rate": f"{config.data.fps:g} fps"}
    if config.data.dataset:
        options |= config.data.dataset.options
    tables.append(
        table(f"data: {without_folders(config.data.source or 'unknown')}", ("", ""), _rows(options), figures=False)
    )
    tables.append(table("training", ("", ""), _rows(config.train.model_dump(mode="json")), figures=False))
    general = {
        "preset": config.preset,
        "seed": config.seed,
        "device": config.device,
        "begun from": config.init_from,
        "inrkit": config.inrkit,
        "weights, sha256": subject.model.content,
        "clips, sha256": config.data.content,
    }
    tables.append(table("run", ("", ""), _rows(general), figures=False))
    tables.append(table("environment", ("", ""), _rows(config.environment), figures=False))
    return section(
        "settings",
        "Configuration",
        lead("And the environment it was trained in. Everything is in the run's config.json."),
        tag("div", *tables, class_="packed"),
        _held_out(config.data.held_out),
    )


def _component(kind: str, component: Any) -> Html:
    title = f"{kind}: {component.name} ({component.distribution} {component.version})"
    return table(title, ("", ""), _rows(component.options) or [("no options", "")], figures=False)


def _held_out(names: list[str]) -> Html | None:
    if not names:
        return None
    return details(f"Held out: {clips_in_words(len(names))}", ", ".join(names))


def _rows(options: dict[str, Any]) -> list[tuple[str, str]]:
    return [(key, _value(value)) for key, value in _flat(options) if value not in (None, "")]


def _flat(options: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Options in options with their whole names."""
    for key, value in options.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield before + key, value


def without_folders(place: str) -> str:
    """Of a path on this machine its last name: pages are shown to others."""
    return Path(place).name if Path(place).is_absolute() else place


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        value = ", ".join(map(str, value)) or DASH
    shown = f"{value:g}" if isinstance(value, float) else without_folders(str(value))
    return shown if len(shown) <= LONG else shown[: LONG - 1] + "…"
