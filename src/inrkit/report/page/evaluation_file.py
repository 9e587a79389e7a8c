"""What `inrkit evaluate` wrote, read as a file from outside: whatever is not as it should be is left out."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from inrkit.errors import BadInput

NAME = "evaluation.json"
MOST_BYTES = 2**26
MANY, LONG = 200, 500
"""Entries of a list and characters of a text that are taken, at most."""


@dataclass
class Score:
    """A mean over clips and the interval it lies in; None where the file does not say."""

    mean: float
    low: float | None = None
    high: float | None = None


@dataclass
class Part:
    """What was measured on one set of clips.

    Attributes:
        trivial: Of a task, what its trivial answer is called.
    """

    name: str
    clips: int | None
    source: str
    scores: dict[str, Score]
    about: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    trivial: str = ""


@dataclass
class Evaluation:
    """The file.

    Attributes:
        run: Content hash of the model that was measured.
        facts: Name to what it says of the whole: step, seed, settings.
        checkpoints: Step to parts, of a curve over training.
    """

    run: str
    facts: list[tuple[str, str]]
    parts: list[Part]
    checkpoints: list[tuple[int, list[Part]]]


def read_evaluation(path: Path) -> Evaluation | None:
    """The content of an evaluation.json; None if there is no such file.

    Raises:
        BadInput: It cannot be read, is too large, or is no JSON object.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}", "Evaluate the run again.") from error
    if len(content) > MOST_BYTES:
        raise BadInput(f"{path} has more than {MOST_BYTES:,} bytes", "Evaluate the run again.")
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{path} is no JSON", "Evaluate the run again.") from error
    if not isinstance(data, dict):
        raise BadInput(f"{path} is no JSON object", "Evaluate the run again.")
    checkpoints = [
        (step, _parts(each.get("parts")))
        for each in _dicts(data.get("checkpoints"))
        if (step := _whole(each.get("step"))) is not None
    ]
    return Evaluation(_word(data.get("run")), _facts(data), _parts(data.get("parts")), checkpoints)


def _facts(data: dict[str, Any]) -> list[tuple[str, str]]:
    named: dict[str, Any] = {key: data[key] for key in ("inrkit", "step", "seed", "paper") if key in data}
    named |= dict(_some(data.get("settings")))
    return [(_word(key), _word(value)) for key, value in named.items() if value is not None]


def _parts(given: Any) -> list[Part]:
    return [_part(each) for each in _dicts(given)]


def _part(given: dict[str, Any]) -> Part:
    about = _dict(given.get("about"))
    notes = given.get("notes")
    return Part(
        _word(given.get("name")) or "unnamed",
        _whole(given.get("clips")),
        _word(given.get("source")),
        {_word(name): score for name, value in _some(given.get("scores")) if (score := _score(value)) is not None},
        [(_word(name), said) for name, value in _some(about) if (said := _said(value))],
        [_word(note) for note in notes[:MANY]] if isinstance(notes, list) else [],
        _word(_dict(about.get("task")).get("baseline")),
    )


def _score(given: Any) -> Score | None:
    """Of a set of videos there is a number alone."""
    values = given if isinstance(given, dict) else {"mean": given}
    mean = _number(values.get("mean"))
    return None if mean is None else Score(mean, _number(values.get("low")), _number(values.get("high")))


def _said(given: Any) -> str:
    """What a metric says of itself, in a line; its notes are among those of the part."""
    if isinstance(given, dict):
        return _word(", ".join(f"{key} {_word(value)}" for key, value in _some(given) if key != "notes"))
    return _word(given)


def _dict(given: Any) -> dict[str, Any]:
    return given if isinstance(given, dict) else {}


def _some(given: Any) -> list[tuple[str, Any]]:
    return list(_dict(given).items())[:MANY]


def _dicts(given: Any) -> list[dict[str, Any]]:
    return [each for each in given[:MANY] if isinstance(each, dict)] if isinstance(given, list) else []


def _word(given: Any) -> str:
    if given is None:
        return ""
    shown = given if isinstance(given, str) else json.dumps(given)
    return shown if len(shown) <= LONG else shown[: LONG - 1] + "…"


def _number(given: Any) -> float | None:
    if isinstance(given, bool) or not isinstance(given, int | float) or abs(given) > 1e300:
        return None
    return float(given) if math.isfinite(given) else None


def _whole(given: Any) -> int | None:
    value = _number(given)
    return int(value) if value is not None and value >= 0 else None
