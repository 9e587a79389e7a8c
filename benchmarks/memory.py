"""What `inrkit train`, `invert` and `render` take in memory, beside what is promised. See docs/memory.md.

python benchmarks/memory.py FOLDER_OF_VIDEOS [--lpips-weights FILE]

Each row is a process of its own, whose greatest resident set the system says. This file imports nothing heavy: a
process begins with what the one that started it had.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

STEPS, FIT_STEPS = "25", "20"
RENDER = [
    ("25x1024x1024", "mp4"),
    ("1000x512x512", "mp4"),
    ("1000x512x512", "gif"),
    ("1000x512x512", "mkv"),
    ("25x1024x1024", "png"),
    ("2x4320x7680", "mp4"),
]


def measured(*words: str) -> tuple[float, str]:
    """The peak of ``inrkit WORDS`` in bytes, and what it printed."""
    command = [str(Path(sys.executable).with_name("inrkit")), *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
        assert child.stdout is not None
        printed = child.stdout.read()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{' '.join(command)} ended with {child.returncode}")
    return used.ru_maxrss * (1 if sys.platform == "darwin" else 1024), printed


def trainings(videos: str, weights: str | None) -> dict[str, list[str]]:
    """What is trained: name to words."""
    few, all_points = ["--limit", "64"], ["-o", "points=1", "-o", "batch=4"]
    rows = {
        "toy, 25x32x32": ["--preset", "toy"],
        "fast, 25x32x32": [videos, "--preset", "fast", "--size", "32", *few],
        "fast, 25x64x64": [videos, "--preset", "fast", *few],
        "fast, 25x100x100": [videos, "--preset", "fast", "--size", "100", *few],
        "fast, 25x100x100, all points": [videos, "--preset", "fast", "--size", "100", *all_points, *few],
    }
    if weights:
        rows["paper, 25x100x100"] = [videos, "--preset", "paper", "-o", f"lpips_weights={weights}", "--limit", "4"]
    return rows


def main() -> None:
    """Print the tables as they stand in docs/memory.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("videos")
    parser.add_argument("--lpips-weights")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run, found = "", {}
        print("| training | stated | measured | measured / stated |\n| --- | --- | --- | --- |")
        for name, source in trainings(chosen.videos, chosen.lpips_weights).items():
            run = run or f"{folder}/{name}"
            words = ["train", "-p", "inrv", *source, "--out", f"{folder}/{name}", "--device", "cpu", "-o", "val_size=4"]
            words += ["--steps", "3" if name.startswith("paper") else STEPS]
            stated = json.loads(measured(*words, "--dry-run", "--json")[1])["estimate"]["memory"]["process"]
            peak, _ = measured(*words)
            print(f"| {name} | {stated / 1e6:.0f} MB | {peak / 1e6:.0f} MB | {peak / stated:.2f} |", flush=True)
            if chosen.videos in source:
                words = ["invert", chosen.videos, "--run", f"{folder}/{name}", "--steps", FIT_STEPS, "--at", "0"]
                found[name], _ = measured(*words, "--out", f"{folder}/found", "--device", "cpu")
        print("\n| inversion with the run of | measured |\n| --- | --- |")
        for name, peak in found.items():
            print(f"| {name} | {peak / 1e6:.0f} MB |", flush=True)
        print("\n| render | file | measured |\n| --- | --- | --- |")
        for shape, suffix in RENDER:
            frames, _, size = shape.partition("x")
            words = ["render", run, "--clip", "0", "--frames", frames, "--size", size, "--fps", "25"]
            peak, _ = measured(*words, "--out", f"{folder}/a.{suffix}", "--device", "cpu")
            print(f"| {shape} | {suffix} | {peak / 1e6:.0f} MB |", flush=True)


if __name__ == "__main__":
    main()
