"""The benchmark of quality after a given time, on a few tiny clips: every kind of side, what is kept, the document."""

import json
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def benchmark():
    sys.path.insert(0, str(ROOT / "benchmarks"))
    import time_to_quality

    yield time_to_quality
    sys.path.remove(str(ROOT / "benchmarks"))


@pytest.mark.slow
def test_each_side_is_measured_and_written(benchmark, tmp_path, monkeypatch):
    import official
    from time_problem import Problem
    from time_side import Side
    from time_write import write_document

    monkeypatch.setenv("INRKIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(official, "WIDTH", 8)
    options = {"dataset.count": 4, "dataset.held_out": 2, "data.holdout": None}
    problem = Problem("tiny", "Tiny clips", None, 8, 4, 0.4, options)
    small = {"inr.numbers": 8}
    sides = [Side("official", "official", held=1), Side("ours", "ours", "patch-dictionary", options=small, held=1)]
    for side in sides:
        figures = benchmark.measure(side, problem, 0, processor=False)
        assert figures["steps"] > 3 and figures["numbers"] == (64 if side.plugin is None else 16 * 4 + 64)
        assert set(figures["psnr"]) == {"train", "clips"} and set(figures["floors"]["pca"]) == {"train", "clips"}
        assert figures["curve"][-1][1] == figures["psnr"]["train"]
        (tmp_path / "work/tiny").mkdir(parents=True, exist_ok=True)
        (tmp_path / f"work/tiny/{side.name}-0.json").write_text(json.dumps(figures))
    document = tmp_path / "benchmarks.md"
    document.write_text("# Old head\n\n## Other clips, 25x1x1\n\nkept\n")
    write_document(document, tmp_path / "work", sides, 16, 100)
    text = document.read_text()
    assert "## Other clips, 25x1x1\n\nkept\n" in text and "Old head" not in text
    assert "## Tiny clips, 25x8x8" in text and "| official | 1 | 64 |" in text and "| ours | 1 | 128 |" in text
    curves = (tmp_path / "images/benchmarks/tiny.svg").read_text()
    assert "](images/benchmarks/tiny.svg)" in text and curves.count("<polyline") == 2 and ">ours</text>" in curves
    ElementTree.fromstring(curves)
