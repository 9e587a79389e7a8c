"""What `inrkit evaluate` said of a run: two tables, and what they mean in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from results_measure import SIDES, Figures

Score = Mapping[str, Any] | float | None
"""As in evaluation.json: of clips, or of sets."""

PAIRS = {"reconstruction": "training clips, reconstructed", "held-out": "held-out clips, found in the space"}
"""The parts of clips beside their truth."""

Parts = Mapping[str, Mapping[str, Any]]
"""Those of evaluation.json, by name."""


def evaluation(figures: Figures) -> list[str]:
    """In Markdown: clips beside their truth, samples beside real videos, and sentences; what has no number is noted."""
    parts = {part["name"]: part for part in figures.evaluation["answer"]["parts"]}
    blocks = [_pairs(parts), _samples(parts, figures.apart), _sentences(parts, figures.apart)]
    return [line for block in blocks if block for line in (*block, "")][:-1]


def _pairs(parts: Parts) -> list[str]:
    rows = [
        [
            PAIRS[name],
            str(parts[name]["clips"]),
            _cell(scores.get("psnr")),
            _mean(scores.get("static-floor")),
            _cell(scores.get("static-gain"), "+.2f"),
            _cell(scores.get("ssim"), ".3f"),
            _cell(scores.get("temporal")),
            _mean(scores.get("temporal-still")),
        ]
        for name, scores in _measured(parts, PAIRS).items()
    ]
    columns = ["clips", "PSNR", "static frame", "above it", "SSIM", "error of motion", "of a still picture"]
    return _table(columns, rows)


def _samples(parts: Parts, apart: Score) -> list[str]:
    rows, samplers = [], _samplers(parts)
    for name in samplers:
        own, other = (parts.get(f"samples/{name}{side}", {}) for side in ("", "/held-out"))
        near = [_cell(part.get("scores", {}).get("nearest-psnr")) for part in (own, other)]
        rows.append([f"samples of {name}", str(own["clips"]), *near, _mean(own["scores"].get("diversity"))])
    if rows:
        for side, title in (("/held-out", "held_out"), ("", "train")):
            part = parts.get(f"samples/{samplers[0]}{side}", {})
            if part.get("scores"):
                count, spread = part["about"]["real"]["clips"], _mean(part["scores"].get("diversity-real"))
                near = [_cell(apart), ""] if side else ["", ""]
                rows.append([f"{SIDES[title]} themselves", str(count), *near, spread])
    return _table(["videos", "PSNR to the nearest training clip", "to the nearest held-out clip", "diversity"], rows)


def _sentences(parts: Parts, apart: Score) -> list[str]:
    scores = {name: parts[f"samples/{name}"]["scores"] for name in _samplers(parts)}
    found = [_floor(PAIRS[name], scores) for name, scores in _measured(parts, PAIRS).items()]
    return [*filter(None, found), *_nearness(scores, apart), *_spread(scores), *_notes(parts)]


def _floor(title: str, scores: Mapping[str, Any]) -> str:
    """Whether it is more than a still picture, and moves as the truth does."""
    gain, motion, still = (scores.get(name) for name in ("static-gain", "temporal", "temporal-still"))
    said = []
    if gain:
        word = {1: "above", 0: "neither surely above nor below", -1: "below"}[_side(gain, 0.0, 0.0)]
        said.append(f"{word} the static frame, {_cell(gain, '+.2f')} dB")
    if motion and still:
        pairs = list(zip(motion["values"], still["values"], strict=True))
        better = sum(a is not None and b is not None and a < b for a, b in pairs)
        said.append(f"{better} of {len(pairs)} move more like the truth than a still picture does")
    return f"- {title.capitalize()}: {'; '.join(said)}." if said else ""


def _nearness(scores: Mapping[str, Mapping[str, Any]], apart: Score) -> list[str]:
    """Whether samples are as new as clips that were never trained on."""
    if not isinstance(apart, Mapping) or apart["mean"] is None:
        return []
    words = {
        1: "nearer to training clips than",
        0: "about as near to training clips as",
        -1: "farther from training clips than",
    }
    low, high = _ends(apart)
    said: dict[int, list[str]] = {side: [] for side in words}
    for name, of in scores.items():
        if near := of.get("nearest-psnr"):
            said[_side(near, low, high)].append(f"{name} ({_mean(near)} dB)")
    lines = [f"{words[side]} held-out clips are: {', '.join(names)}" for side, names in said.items() if names]
    held = f"held-out clips: {_mean(apart)} dB"
    return [f"- Samples are {'; '.join(lines)} ({held})."] if lines else []


def _spread(scores: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """How different samples are from one another, beside training clips."""
    both = {name: (of.get("diversity"), of.get("diversity-real")) for name, of in scores.items()}
    shares = [f"{100 * own / real:.0f} % ({name})" for name, (own, real) in both.items() if own is not None and real]
    return [f"- Samples differ from one another by {', '.join(shares)} of what training clips do."] if shares else []


def _notes(parts: Parts) -> list[str]:
    """Each once, with what it is of: few clips, or why something has no number."""
    noted: dict[str, list[str]] = {}
    for name, part in parts.items():
        for note in part["notes"]:
            noted.setdefault(note, []).append(_title(name))
    return [f"- {', '.join(names).capitalize()}: {note}." for note, names in noted.items()]


def _title(part: str) -> str:
    if part in PAIRS:
        return PAIRS[part]
    _, sampler, *beside = part.split("/")
    return f"samples of {sampler}{' beside held-out clips' if beside else ''}"


def _samplers(parts: Parts) -> list[str]:
    return [name.split("/")[1] for name in parts if name.count("/") == 1 and parts[name]["scores"]]


def _measured(parts: Parts, names: Mapping[str, str]) -> dict[str, Mapping[str, Any]]:
    """The scores of those that have some."""
    return {name: parts[name]["scores"] for name in names if name in parts and parts[name]["scores"]}


def _side(score: Mapping[str, Any], low: float, high: float) -> int:
    """1 if the whole interval of a score is above another, -1 if it is below, 0 where they meet or one is not known."""
    own_low, own_high = _ends(score)
    return int(own_low > high) - int(own_high < low)


def _ends(score: Mapping[str, Any]) -> tuple[float, float]:
    """Of its interval; of one that is not known, all there is."""
    known = score["low"] is not None
    return (score["low"], score["high"]) if known else (float("-inf"), float("inf"))


def _mean(score: Score, form: str = ".2f") -> str:
    value = score["mean"] if isinstance(score, Mapping) else score
    return "" if value is None else f"{value:{form}}"


def _cell(score: Score, form: str = ".2f") -> str:
    """With its interval, if it has one."""
    mean = _mean(score, form)
    known = mean and isinstance(score, Mapping) and score["low"] is not None
    return f"{mean} ({score['low']:{form}} to {score['high']:{form}})" if known else mean


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    head = [f"| | {' | '.join(columns)} |", f"| --- |{' ---: |' * len(columns)}"]
    return [*head, *(f"| {' | '.join(row)} |" for row in rows)] if rows else []
