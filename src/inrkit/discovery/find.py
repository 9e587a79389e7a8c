"""Which plugins there are: found, sorted, and switched on or off, before any of their code runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, PackageNotFoundError, distribution, entry_points, version

GROUP = "inrkit"
CORE = "inrkit"


def same_name(one: str, other: str) -> bool:
    """Whether two names of distributions or plugins are the same to pip: ``My_Plugin`` is ``my-plugin``."""
    return _normal(one) == _normal(other)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@dataclass(frozen=True)
class Switches:
    """What the environment says about plugins.

    Args:
        none: ``INRKIT_NO_PLUGINS=1`` (or ``--no-plugins``): the core alone.
        only: ``INRKIT_PLUGINS=a,b``: of the installed plugins, these alone.
        without: ``INRKIT_DISABLE_PLUGINS=a,b``: all but these.
        modules: ``INRKIT_PLUGIN_MODULES=a,b``: one-file plugins without packaging, in the current folder or on
            ``sys.path``. ``only`` does not concern them, since they are asked for by name.
        strict: ``INRKIT_STRICT_PLUGINS=1``: a broken plugin is an error.

    Plugins are meant by the name of their entry point or of their distribution.
    """

    none: bool = False
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    strict: bool = False

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Switches:
        """Read the switches from `environ`. An empty variable is one that is not set."""

        def names(key: str) -> tuple[str, ...]:
            return tuple(part.strip() for part in environ.get(key, "").split(",") if part.strip())

        def on(key: str) -> bool:
            return environ.get(key, "").strip().lower() not in ("", "0", "false", "no")

        return cls(
            none=on("INRKIT_NO_PLUGINS"),
            only=names("INRKIT_PLUGINS"),
            without=names("INRKIT_DISABLE_PLUGINS"),
            modules=names("INRKIT_PLUGIN_MODULES"),
            strict=on("INRKIT_STRICT_PLUGINS"),
        )


@dataclass(frozen=True)
class Found:
    """A plugin that has not been imported yet.

    Args:
        entry: Its name and the module to import.
        distribution: The installed package that brings it; the module itself for a one-file plugin.
        version: Of the distribution.
        local: Whether it is a one-file plugin, for which the current folder is searched too.
        off: Why it must not be imported; empty if it may.
    """

    entry: EntryPoint
    distribution: str
    version: str
    local: bool = False
    off: str = ""

    def is_named(self, names: Iterable[str]) -> bool:
        """Whether one of `names` means this plugin."""
        return any(same_name(name, own) for name in names for own in (self.entry.name, self.distribution))


def find_plugins(switches: Switches) -> list[Found]:
    """The core, then the installed plugins in the order of their names, then one-file plugins as they were given."""
    core = Found(EntryPoint(CORE, "inrkit.builtin.plugin", GROUP), CORE, version(CORE))
    return [core, *_installed(switches), *_one_file(switches)]


def is_installed(name: str) -> bool:
    """Whether there is a distribution of that name, a plugin or not."""
    try:
        return bool(distribution(name))
    except (PackageNotFoundError, ValueError):
        return False


def unmatched(switches: Switches, found: Iterable[Found]) -> list[str]:
    """Names in ``INRKIT_PLUGINS`` that mean none of the plugins `found`: most likely mistyped."""
    found = list(found)
    return [name for name in switches.only if not any(plugin.is_named([name]) for plugin in found)]


def _installed(switches: Switches) -> Iterator[Found]:
    plugins = []
    for entry in entry_points(group=GROUP):
        # A damaged installation may have no metadata; its plugin is still worth a line in the table.
        distribution = entry.dist.name if entry.dist and entry.dist.name else entry.name
        plugins.append(Found(entry, distribution, (entry.dist and entry.dist.version) or ""))
    for plugin in sorted(plugins, key=lambda plugin: (_normal(plugin.distribution), plugin.entry.name)):
        not_chosen = switches.only and not plugin.is_named(switches.only)
        yield _switched(plugin, switches, "INRKIT_PLUGINS does not name it" if not_chosen else "")


def _one_file(switches: Switches) -> Iterator[Found]:
    for module in dict.fromkeys(name.removesuffix(".py") for name in switches.modules):
        yield _switched(Found(EntryPoint(module, module, GROUP), module, "", local=True), switches)


def _switched(plugin: Found, switches: Switches, off: str = "") -> Found:
    if switches.none:
        off = "all plugins are switched off (--no-plugins or INRKIT_NO_PLUGINS)"
    elif plugin.is_named(switches.without):
        off = "INRKIT_DISABLE_PLUGINS names it"
    return Found(plugin.entry, plugin.distribution, plugin.version, plugin.local, off)
