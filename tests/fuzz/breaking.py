"""Ways to break a file: at its bytes, and at what they say if it is JSON, TOML or safetensors."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np

Random = np.random.Generator
Way = Callable[[bytes, Random], bytes]

NUMBERS = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 10**12]
WORDS = [b"-1", b"1e999", b"NaN", b"null", b"{}", b"[]", b'"', b"../", b"\n", b"\0", b"\xff", b"1" * 400, b"[" * 3000]
VALUES: list[Any] = [None, True, -1, 0, 1, 7, 10**5, 10**12, 10**400, 0.5, 1e308, float("nan"), float("inf")]
VALUES += [
    "",
    "x",
    "../../x",
    "/dev/zero",
    "\0",
    "\ud800",
    "[bold",
    "9" * 5000,
    [],
    [0, 0, 0],
    [10**6] * 3,
    {},
    {"a": [{}]},
]


def broken(data: bytes, suffix: str, random: Random) -> bytes:
    """The same file with one to eight things done to it; half of the time to what it says, where that can be read."""
    change = _CHANGES.get(suffix)
    deep = change is not None and random.random() < 0.5
    for _ in range(int(random.choice([1, 1, 2, 4, 8]))):
        data = change(data, random) if change is not None and deep else _WAYS[random.integers(len(_WAYS))](data, random)
    return data


def _at(data: bytes, random: Random) -> int:
    """A place, half of the time near the beginning, where headers are."""
    return int(random.integers(max(1, min(len(data), 200) if random.random() < 0.5 else len(data))))


def _put(data: bytes, random: Random, new: bytes) -> bytes:
    at = _at(data, random)
    return data[:at] + new + data[at + len(new) :]


def _flip(data: bytes, random: Random) -> bytes:
    return _put(data, random, bytes([int(random.integers(256))]))


def _number(data: bytes, random: Random) -> bytes:
    value, size = int(random.choice(NUMBERS)), int(random.choice([2, 4, 8]))
    order = "big" if random.random() < 0.5 else "little"
    return _put(data, random, (value % 256**size).to_bytes(size, order))  # type: ignore[arg-type]


def _cut(data: bytes, random: Random) -> bytes:
    return data[: _at(data, random)]


def _lose(data: bytes, random: Random) -> bytes:
    at = _at(data, random)
    return data[:at] + data[at + int(random.integers(1, 64)) :]


def _twice(data: bytes, random: Random) -> bytes:
    at, length = _at(data, random), int(random.integers(1, 500))
    return data[: at + length] + data[at : at + length] + data[at + length :]


def _zeros(data: bytes, random: Random) -> bytes:
    return _put(data, random, bytes(int(random.integers(1, 100))))


def _text(data: bytes, random: Random) -> bytes:
    return _put(data, random, WORDS[random.integers(len(WORDS))])


def _json(data: bytes, random: Random) -> bytes:
    """Another value, or none, at some place of the tree; what an earlier change left unreadable stays as it is."""
    try:
        content = json.loads(data)
    except ValueError:
        return data
    places = list(_places(content))
    if not places:
        return data
    holder, key = places[random.integers(len(places))]
    if random.random() < 0.15:
        del holder[key]
    else:
        holder[key] = VALUES[random.integers(len(VALUES))]
    return json.dumps(content).encode()


def _places(tree: Any) -> list[tuple[Any, Any]]:
    """Every (holder, key) of a tree of dictionaries and lists."""
    if not isinstance(tree, dict | list):
        return []
    items = list(tree.items() if isinstance(tree, dict) else enumerate(tree))
    return [place for key, inner in items for place in [(tree, key), *_places(inner)]]


def _lines(data: bytes, random: Random) -> bytes:
    """One line of a file of JSON lines."""
    lines = data.splitlines()
    at = int(random.integers(len(lines)))
    lines[at] = _json(lines[at], random)
    return b"\n".join(lines) + b"\n"


def _tensors(data: bytes, random: Random) -> bytes:
    """The header of a safetensors file, the facts that inrkit keeps in it, or the numbers after it."""
    size = int.from_bytes(data[:8], "little")
    header, rest = data[8 : 8 + size], data[8 + size :]
    choice = random.random()
    facts = json.loads(header).get("__metadata__", {})
    if choice < 0.3:
        return data[: 8 + size] + _put(rest, random, np.float32([np.nan, np.inf, 1e38][random.integers(3)]).tobytes())
    if choice < 0.6 and isinstance(facts, dict) and isinstance(facts.get("facts"), str):
        changed = json.loads(header)
        changed["__metadata__"]["facts"] = _json(facts["facts"].encode(), random).decode()
        header = json.dumps(changed).encode()
    else:
        header = _json(header, random)
    return len(header).to_bytes(8, "little") + header + rest


def _toml(data: bytes, random: Random) -> bytes:
    """Another value after some `=`."""
    value = json.dumps(VALUES[random.integers(len(VALUES))]).encode()
    places = list(re.finditer(rb"= .*", data))
    if not places:
        return data
    at = places[random.integers(len(places))]
    return data[: at.start() + 2] + value + data[at.end() :]


_WAYS: list[Way] = [_flip, _flip, _number, _number, _cut, _lose, _twice, _zeros, _text]
_CHANGES: dict[str, Way] = {".json": _json, ".jsonl": _lines, ".safetensors": _tensors, ".toml": _toml}
