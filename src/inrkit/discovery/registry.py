"""Names to what they mean. Classes are imported when they are asked for, and not before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar, cast

from inrkit import declare
from inrkit.discovery.find import CORE, same_name
from inrkit.discovery.load import PluginRecord
from inrkit.discovery.targets import import_class, import_target
from inrkit.errors import BadInput, InrkitError, PluginError, did_you_mean

if TYPE_CHECKING:
    from pydantic import BaseModel

T = TypeVar("T")

BASES = {kind.kind: kind.__name__ for kind in declare.KINDS}
"""Kind to the name of its base class in :mod:`inrkit.interfaces`."""


@dataclass(frozen=True)
class Entry:
    """A declaration, and the distribution that makes it."""

    declaration: declare.Declaration
    distribution: str
    version: str

    @property
    def qualified(self) -> str:
        """``distribution/name``, which means this one even where others have its name."""
        return f"{self.distribution}/{self.declaration.name}"

    def __str__(self) -> str:
        return f"{self.declaration.kind} {self.declaration.name!r} of {self.distribution} {self.version}".rstrip()


class Registry:
    """All that the plugins offer, by kind and name.

    Args:
        records: What became of each plugin, in the order in which tables show them.
        notes: What else the user should hear, a line each.
    """

    def __init__(self, records: Sequence[PluginRecord], notes: Iterable[str] = ()) -> None:
        self.notes = tuple(notes)
        self._entries: dict[tuple[str, str], list[Entry]] = {}
        self._imported: dict[tuple[str, str, str], Any] = {}
        for record in records:
            for item in record.provides:
                entry = Entry(item, record.distribution, record.version)
                self._entries.setdefault((item.kind, item.name), []).append(entry)
        self.records = tuple(self._with_conflicts(record) for record in records)

    def names(self, kind: str) -> list[str]:
        """What can be typed for `kind`, sorted: short names, or ``distribution/name`` where the short one is taken."""
        return sorted(self.typed(entry) for entry in self.entries(kind))

    def entries(self, kind: str | None = None) -> list[Entry]:
        """Everything of `kind`, or of all kinds."""
        return [entry for key, group in self._entries.items() if kind in (None, key[0]) for entry in group]

    def typed(self, entry: Entry) -> str:
        """The shortest name that means `entry`."""
        means = self._meant_by(entry.declaration.kind, entry.declaration.name)
        return entry.declaration.name if means == [entry] else entry.qualified

    def find(self, kind: str, name: str) -> Entry:
        """What `name`, or ``distribution/name``, means.

        Raises:
            BadInput: Nothing has that name.
            PluginError: Several have it, or the plugin of that name is broken or disabled.
        """
        if kind not in BASES:
            raise BadInput(f"There is no kind {kind!r}", did_you_mean(kind, BASES))
        found = self._meant_by(kind, name)
        if len(found) == 1:
            return found[0]
        if not found:
            raise self._unknown(kind, name)
        owners = " and ".join(f"{entry.distribution} {entry.version}".rstrip() for entry in found)
        ways = " or ".join(sorted({entry.qualified for entry in found}))
        raise PluginError(f"{kind} {name!r} is offered by {owners}", f"Say which one: {ways}.")

    def get(self, kind: str, name: str) -> type[Any]:
        """The class that `name` means, imported now.

        Raises:
            BadInput: As :meth:`find`; also if the class needs a package that is not installed.
            PluginError: As :meth:`find`; also if the class is missing or is none of its kind.
        """
        entry = self.find(kind, name)

        def load() -> type[Any]:
            base = getattr(import_module("inrkit.interfaces"), BASES[kind])
            return import_class(entry.declaration.target, base, str(entry))

        return self._once("class", entry, load)

    def options(self, kind: str, name: str) -> type[BaseModel]:
        """The pydantic model of its options; one without fields if it has none. Raises as :meth:`get`."""
        entry = self.find(kind, name)

        def load() -> type[BaseModel]:
            from pydantic import BaseModel

            from inrkit.options import NoOptions

            target = entry.declaration.options
            return NoOptions if target is None else import_class(target, BaseModel, f"options of {entry}")

        return self._once("options", entry, load)

    def importer(self, name: str) -> Callable[..., Any]:
        """The function that reads checkpoints of a method's original code.

        Raises:
            BadInput: As :meth:`get`; also if the method has no importer.
            PluginError: As :meth:`get`.
        """
        entry = self.find("method", name)
        target = entry.declaration.importer if isinstance(entry.declaration, declare.Method) else None
        if target is None:
            raise BadInput(f"{entry} cannot read checkpoints of other code", "Its declaration names no importer.")
        what = f"importer of {entry}"
        found = self._once("importer", entry, lambda: import_target(target, what))
        if not callable(found):
            raise PluginError(f"{what}: {target!r} is no function")
        return cast(Callable[..., Any], found)

    def _once(self, what: str, entry: Entry, load: Callable[[], T]) -> T:
        key = (what, entry.declaration.kind, entry.qualified)
        if key not in self._imported:
            self._imported[key] = load()
        return cast(T, self._imported[key])

    def _meant_by(self, kind: str, name: str) -> list[Entry]:
        distribution, _, short = name.rpartition("/")
        entries = self._entries.get((kind, short), [])
        if distribution:
            return [entry for entry in entries if same_name(entry.distribution, distribution)]
        return [entry for entry in entries if entry.distribution == CORE] or entries

    def _unknown(self, kind: str, name: str) -> InrkitError:
        distribution, _, short = name.rpartition("/")
        for record in self.records:
            why = ""
            if not distribution or record.is_named(distribution):
                why = record.refused.get((kind, short), "")
            if record.state in ("broken", "disabled") and record.is_named(distribution or short):
                why = why or record.reason
            if why:
                hint = f"See: inrkit plugins show {record.name}"
                return PluginError(f"{kind} {name!r} is not available: plugin {record} is {record.state}: {why}", hint)
        return BadInput(f"There is no {kind} {name!r}", did_you_mean(name, self.names(kind)))

    def _with_conflicts(self, record: PluginRecord) -> PluginRecord:
        clashes = [text for item in record.provides if (text := self._clash(item, record))]
        if record.state not in ("ok", "slow") or not clashes:
            return record
        return replace(record, state="conflict", reason="; ".join(clashes))

    def _clash(self, item: declare.Declaration, record: PluginRecord) -> str:
        rivals = [entry for entry in self._entries[item.kind, item.name] if entry.declaration is not item]
        if not rivals or record.distribution == CORE:
            return ""
        owners = " and ".join(f"{entry.distribution} {entry.version}".rstrip() for entry in rivals)
        return f"{item.kind} {item.name!r} is also offered by {owners}: say {record.distribution}/{item.name}"
