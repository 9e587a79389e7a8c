"""`inrkit env`: what a bug report needs to say about the machine."""

from __future__ import annotations

from typing import Any

from inrkit.cli.flags import AsJson


def env(as_json: AsJson = False) -> None:
    """Print the versions and devices that inrkit sees, for bug reports."""
    from rich.table import Table

    from inrkit.cli import console

    facts = environment()
    if as_json:
        console.result_json(facts)
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in facts.items():
        table.add_row(name, ", ".join(map(_line, value.items())) if isinstance(value, dict) else str(value))
    console.result(table)


def environment() -> dict[str, Any]:
    """Versions, devices and folders, ready for JSON. What cannot be imported says why."""
    import os
    import platform
    from importlib.metadata import version

    from inrkit.discovery import load_registry

    plugins = {str(record): record.state for record in load_registry().records[1:]}
    return {
        "inrkit": version("inrkit"),
        "plugins": plugins,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "torch": _version("torch"),
        "torchvision": _torchvision(),
        "numpy": _version("numpy"),
        "av": _version("av"),
        "ffmpeg": _version("av", "ffmpeg_version_info"),
        "cpus": os.cpu_count(),
        "devices": _devices(),
        "cache": _cache(),
    }


def _line(pair: tuple[str, Any]) -> str:
    return f"{pair[0]}: {pair[1]}"


def _version(module: str, attribute: str = "__version__") -> str:
    from importlib import import_module

    try:
        return str(getattr(import_module(module), attribute))
    except Exception as error:  # noqa: BLE001 - a library that fails to load is what this command is asked about
        return f"does not import: {type(error).__name__}: {' '.join(str(error).split())}"


def _torchvision() -> str:
    """Its compiled part fails beside another version of torch than its own, long after `import torchvision`."""
    found = _version("torchvision")
    trouble = _version("torchvision.ops", "__name__")
    return found if trouble == "torchvision.ops" or found.startswith("does not") else f"{found}, but ops {trouble}"


def _devices() -> dict[str, Any]:
    try:
        import torch
    except Exception:  # noqa: BLE001 - the reason stands beside "torch"
        return {}
    cuda = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
    return {"cuda": cuda, "mps": torch.backends.mps.is_available()}


def _cache() -> str:
    try:
        from inrkit.video.prepare import cache_folder
    except Exception:  # noqa: BLE001 - without torch or av there is no cache; their lines say why
        return "unknown"
    return str(cache_folder())
