"""docs/families.md: equal time for each training, floors of the same clips, and tables that say what was measured."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from inrkit import write_video
from inrkit.metrics.psnr import psnr

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def importable(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))


class Some:
    """Clips in memory."""

    def __init__(self, video, names=()):
        self.video, self.names = video, list(names)

    def __len__(self):
        return len(self.video)

    def read(self, rows):
        return self.video[list(rows)]


def test_components_show_what_clips_have_in_common_and_a_static_frame_does_not():
    from families_clips import floors

    generator = torch.Generator().manual_seed(0)
    two = torch.rand(2, 3 * 4 * 4 * 3, generator=generator) * 2 - 1
    video = (128 + 20 * torch.randn(20, 2, generator=generator) @ two).clamp(0, 255).byte().view(20, 3, 4, 4, 3)
    found = floors(Some(video), 2)
    assert found.clips == 20
    assert found.components > 45  # rounding is all that is left
    assert floors(Some(video), 1).components < 40
    still = video.float().mean(1, keepdim=True).round().byte().expand_as(video)
    assert found.static == pytest.approx(float(psnr(still, video).mean()))


def test_videos_are_held_out_whole():
    from families_clips import apart

    names = [f"{video}.mp4@{start}" for video in "abcdef" for start in (0, 25)]
    train, held = apart(Some([], names), 3)
    assert held == ["c.mp4@0", "c.mp4@25", "f.mp4@0", "f.mp4@25"]
    assert sorted([*train, *held]) == names


def trained(psnr, floor=20.0, seconds=300.0, **also):
    result = {"train": {"psnr": psnr, "static_floor": floor}, "seconds": seconds, "steps": 10}
    return SimpleNamespace(result=result, also=also, machine="")


def videos(value):
    scores = {"result": {"psnr": {"all": value}}, "baseline": {"psnr": {"all": 1.0, "hidden": 12.0}}}
    scores["static"] = {"psnr": {"all": 20.0}}
    return [{"video": f"clips/{side}/a@0", "scores": scores} for side in ("training", "held-out")]


def test_a_bar_is_met_or_missed():
    from families_bars import TASKS, Bars, lines
    from families_clips import Floors
    from families_train import Model

    tasks = {name: videos(23.0) for name in TASKS}
    models = [Model("a", "--plugin a"), Model("b", "--plugin b"), Model("c", "--plugin c")]
    runs = {"a": trained(21.5, **tasks), "b": trained(21.49, **tasks), "c": None}
    text = lines(Bars(models, Floors(256, 20.0, 24.0), runs), 300)
    assert "| `--plugin a` | 10 | 300 | 21.50 | +1.50 | -2.50 | met |" in text
    assert "| `--plugin b` | 10 | 300 | 21.49 | +1.49 | -2.51 | **missed** |" in text
    assert text[-1] == "Not measured so far: `--plugin c`."
    assert "| `--plugin a` | 23.00 | 23.00 | 23.00 | 23.00 | 23.00 | 23.00 |" in text
    assert "| without a model | 12.00 | 12.00 | 12.00 | 12.00 | 12.00 | 12.00 |" in text


def scores(*gains):
    return {"psnr": {"values": [20.0 + gain for gain in gains]}, "static-gain": {"values": list(gains)}}


def test_clips_of_all_sources_are_told_apart():
    from families_diverse import Diverse, Source, lines
    from families_train import Model

    sources, models = [Source("shapes", "S.", 8), Source("faces", "F.", 6)], [Model("m", "--plugin m")]
    together = {"reconstruction": scores(1.0, 3.0, 6.0, 8.0), "held-out": scores(-1.0, -2.0)}  # faces, then shapes
    alone = {"reconstruction": scores(4.0, 6.0), "held-out": scores(0.0)}
    runs = {("m", "all"): trained(0.0, **together), ("m", "shapes"): trained(0.0, **alone), ("m", "faces"): None}
    text = lines(Diverse(models, sources, {"shapes": (16, 4), "faces": (10, 2)}, runs), 45)
    assert "| `--plugin m`, all sources | +7.00 | +2.00 | +4.50 |" in text
    assert "| `--plugin m`, each alone | +5.00 | – | – |" in text
    assert "| `--plugin m`, all sources | -2.00 | -1.00 | -1.50 |" in text
    assert "| PSNR of the static frame | 20.00 | 20.00 | |" in text


@pytest.mark.slow
def test_trainings_take_the_time_they_are_given_and_are_not_done_twice(tmp_path):
    video = torch.zeros(25, 32, 32, 3, dtype=torch.uint8)
    for kind in ("shapes", "faces"):
        for i in range(2):
            write_video(tmp_path / kind / f"{i}.mp4", video + 40 * i, fps=25)
    words = ["--shapes", "shapes", "--faces", "faces", "--only", "mixes", "--seconds", "1", "--at-once", "1"]
    words += ["--work", "work", "--document", "docs/families.md", "--models", "inrv"]
    environ = os.environ | {"INRKIT_CACHE": str(tmp_path / "cache"), "OMP_NUM_THREADS": "1", "CI": "1"}
    command = [sys.executable, str(ROOT / "benchmarks/families.py"), *words]
    first = subprocess.run(command, cwd=tmp_path, env=environ, stderr=subprocess.PIPE, text=True)
    assert first.returncode == 0, first.stderr
    result = json.loads((tmp_path / "work/mixes/inrv/shapes/run/result.json").read_text())
    assert 0 < result["steps"] < 2000  # of a second, however busy the machine is; the preset has 4,000
    again = subprocess.run(command, cwd=tmp_path, env=environ, stderr=subprocess.PIPE, text=True)
    assert again.returncode == 0 and "$ inrkit" not in again.stderr
    assert not (tmp_path / "docs").exists()  # a table of some of the mixes would be taken for all


def test_diverse_videos_are_a_section_of_the_results(tmp_path):
    from families_write import write

    results = tmp_path / "results.md"
    results.write_text("# Results\n\nHead.\n\n## Diverse videos\n\nold\n\n## Toy videos\n\nkept\n")
    assert write(tmp_path / "families.md", "diverse", ["new"], ["a machine"]) == results
    parts = ["# Results\n\nHead.\n", "## Diverse videos\n\nnew\n\nMeasured on a machine.\n", "## Toy videos\n\nkept\n"]
    assert results.read_text() == "\n".join(parts)
    write(tmp_path / "families.md", "mixes", ["one"], ["a"])
    write(tmp_path / "families.md", "bars", ["two"], ["a"])
    text = (tmp_path / "families.md").read_text()
    assert text.startswith("# Families\n") and text.index("\ntwo\n") < text.index("\none\n")


def test_a_folder_that_is_needed(tmp_path):
    command = [sys.executable, str(ROOT / "benchmarks/families.py"), "--only", "bars"]
    done = subprocess.run(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2 and "--shapes: is needed" in done.stderr
    assert not any(tmp_path.iterdir())
